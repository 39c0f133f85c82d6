import dynamic from 'next/dynamic';

/** The map needs a browser, and is the heaviest part of the page: it comes last. */
export const MapPanel = dynamic(() => import('./city-map'), {
  ssr: false,
  loading: () => <div className="size-full bg-page" />,
});
