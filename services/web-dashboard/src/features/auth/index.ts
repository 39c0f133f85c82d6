export { SessionGate } from './session-gate';
export { SignIn } from './sign-in';
