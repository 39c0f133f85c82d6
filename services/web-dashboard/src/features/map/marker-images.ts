import type { Map as MapLibre } from 'maplibre-gl';
import { STATUS_LOOK, type StatusWord } from '@/shared/ui/status';

/** One picture per status: shape and colour and the sign inside, drawn here, fetched nowhere. */

const SIZE_PX = 24;
const PIXEL_RATIO = 2;

const COLOURS: Readonly<Record<StatusWord, string>> = {
  online: '#34d399',
  alert: '#fb923c',
  offline: '#94a3b8',
  connecting: '#60a5fa',
};

const SIGNS: Readonly<Record<StatusWord, string>> = {
  online: '<circle cx="12" cy="12" r="5" fill="COLOUR"/>',
  alert: '<path d="M12 5.2 18.6 17H5.4Z" fill="COLOUR"/>',
  offline: '<path d="m8 8 8 8m0-8-8 8" stroke="COLOUR" stroke-width="2.4" fill="none"/>',
  connecting: '<circle cx="12" cy="12" r="4.5" stroke="COLOUR" stroke-width="2" fill="none"/>',
};

export function markerSvg(status: StatusWord): string {
  const colour = COLOURS[status];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE_PX * PIXEL_RATIO}" height="${SIZE_PX * PIXEL_RATIO}" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10.5" fill="#0b0f14" stroke="${colour}" stroke-width="1.5"/>${SIGNS[status].replace('COLOUR', colour)}</svg>`;
}

async function drawMarker(status: StatusWord): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(markerSvg(status))}`;
  await image.decode();
  return image;
}

/** Gives the map its marker pictures. */
export async function addMarkerImages(map: MapLibre): Promise<void> {
  const statuses = Object.keys(STATUS_LOOK) as StatusWord[];
  await Promise.all(
    statuses.map(async (status) => {
      const image = await drawMarker(status);
      const name = `camera-${status}`;
      if (!map.hasImage(name)) map.addImage(name, image, { pixelRatio: PIXEL_RATIO });
    }),
  );
}
