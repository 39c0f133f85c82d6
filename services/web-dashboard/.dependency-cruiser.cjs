/** Who may import whom. Features are composed in `app`, nowhere else. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'features-stand-alone',
      comment: 'A feature never imports another one: compose them in src/app.',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/' },
      to: { path: '^src/features/', pathNot: '^src/features/$1/' },
    },
    {
      name: 'app-is-the-top',
      severity: 'error',
      from: { pathNot: '^src/app/' },
      to: { path: '^src/app/' },
    },
    {
      name: 'foundations-know-no-feature',
      severity: 'error',
      from: { path: '^src/(shared|realtime|video|overlay)/' },
      to: { path: '^src/features/' },
    },
    {
      name: 'shared-is-the-bottom',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: '^src/(realtime|video|overlay)/' },
    },
    {
      name: 'overlay-is-pure',
      comment: 'Drawing takes data and a context: no React, no socket, no video.',
      severity: 'error',
      from: { path: '^src/overlay/' },
      to: { path: '(^src/(realtime|video)/|node_modules/(react|react-dom)/)' },
    },
    {
      name: 'not-from-tests',
      severity: 'error',
      from: { pathNot: '\\.test\\.tsx?$' },
      to: { path: '\\.test\\.tsx?$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default', 'types'],
    },
  },
};
