/**
 * Copies into public/ what the browser fetches by address: the worker of the map (a bundler emits
 * it without its imports, and the map stays blank) and the offline map data.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));
const maplibre = join(project, 'node_modules', 'maplibre-gl', 'dist');
const mapData = join(project, '..', '..', 'data', 'map', 'helsinki.geojson');

/** Copies one file into a folder under public/. */
function publish(source, folder) {
  const target = join(project, 'public', folder);
  mkdirSync(target, { recursive: true });
  copyFileSync(source, join(target, basename(source)));
}

publish(join(maplibre, 'maplibre-gl-worker.mjs'), 'maplibre');
// Some releases of version 6 keep half of the worker in a file beside it.
const shared = join(maplibre, 'maplibre-gl-shared.mjs');
if (existsSync(shared)) publish(shared, 'maplibre');
publish(mapData, 'map');
