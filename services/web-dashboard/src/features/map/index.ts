export { MapPage } from './map-page';
export { MapPanel } from './map-panel';
