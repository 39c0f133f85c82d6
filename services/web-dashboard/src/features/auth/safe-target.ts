/** Where to go after signing in: a path of this site, never another site. */
export function safeTarget(next: string): string {
  const isPath = next.startsWith('/') && !next.startsWith('//') && !next.includes('\\');
  return isPath && !next.startsWith('/sign-in') ? next : '/';
}
