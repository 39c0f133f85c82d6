/** How the dashboard stands with the server, for the banner. */
export type ConnectionState =
  | { readonly phase: 'idle' | 'live' | 'unauthorised' }
  | {
      readonly phase: 'connecting';
      /** Attempts that failed before; 0 is no reason to worry anybody. */
      readonly failures: number;
    }
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
