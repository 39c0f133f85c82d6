import '@fontsource-variable/inter';
import 'maplibre-gl/dist/maplibre-gl.css';
import './globals.css';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Frame } from './_frame/frame';
import { Providers } from './_frame/providers';

export const metadata: Metadata = {
  title: { default: 'Smart City Sentinel', template: '%s · Sentinel' },
  description: 'Live, explained incidents from the cameras a city already has.',
};

export const viewport: Viewport = { colorScheme: 'dark', themeColor: '#0b0f14' };

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Providers>
          <Frame>{children}</Frame>
        </Providers>
      </body>
    </html>
  );
}
