/** What callers of the API did, for the audit. It lives here because the API finds it out and every listener of facts hears of it. */

/** Who acted, and how that is known: one of the API's own tokens, a token of DC/OS, a session in a browser, or nothing but being on this machine. */
export interface Actor {
  readonly name: string;
  readonly by: 'token' | 'dcos' | 'session' | 'machine';
}

export type ActFact =
  | {
      readonly kind: 'act.done';
      readonly who: string;
      readonly by: Actor['by'];
      readonly method: string;
      /** Without its query. */
      readonly path: string;
      readonly status: number;
      readonly tookMs: number;
    }
  /** Not each by itself: whoever knows no token could fill the history with them. */
  | { readonly kind: 'access.refused'; readonly times: number; readonly method: string; readonly path: string };
