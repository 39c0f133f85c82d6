/** How the dashboard stands with the server, for the banner. */
export type ConnectionState =
  | { readonly phase: 'idle' | 'connecting' | 'live' | 'unauthorised' }
  | {
      readonly phase: 'waiting';
      /** `Date.now()` of the next attempt. */
      readonly retryAtMs: number;
      readonly failures: number;
    }
  | {
      readonly phase: 'catching-up';
      /** At most so many messages were sent while this browser was away. */
      readonly missed: number;
    };
