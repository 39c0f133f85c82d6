/** Where a stream is now, and what opens it. */
export interface Admission {
  readonly url: string;
  /** For the `Authorization` header; null where none is asked for. */
  readonly authorisation: string | null;
}

/** The address of one stream; its token is renewed before it runs out. */
export interface LiveAddress {
  /** For players that can send headers. */
  forHeaders(): Promise<Admission>;
  /** For players that cannot: the token stands in the address. */
  forUrl(): Promise<string>;
  /** The server refused the token: the next one asked for is another. */
  expire(): void;
}
