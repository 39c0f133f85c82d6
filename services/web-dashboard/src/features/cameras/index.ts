export { CamerasPage } from './cameras-page';
