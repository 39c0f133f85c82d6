export { Shell, Splash } from './shell';
export { TopBar } from './top-bar';
