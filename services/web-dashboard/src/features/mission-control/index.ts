export { MissionControl } from './mission-control';
export { useWall } from './use-wall';
export { WallControls } from './wall-controls';
