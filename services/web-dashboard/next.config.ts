import type { NextConfig } from 'next';

/** Where `npm run dev` finds the API; the export is served by the API itself. */
const DEVELOPMENT_API = 'http://127.0.0.1:8080';

const isDevelopment = process.env.NODE_ENV === 'development';

const config: NextConfig = {
  trailingSlash: true,
  images: { unoptimized: true },
  reactStrictMode: true,
  poweredByHeader: false,
  // A static export cannot rewrite; the development server cannot do without.
  ...(isDevelopment
    ? {
        skipTrailingSlashRedirect: true,
        rewrites: async () => [
          { source: '/api/:path*', destination: `${DEVELOPMENT_API}/api/:path*` },
        ],
      }
    : { output: 'export' as const }),
};

export default config;
