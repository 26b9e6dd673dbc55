/** What both ends of a link over HTTP must agree on. */
export interface LinkTiming {
  readonly heartbeatMs: number;
  /** Without a sign of life for this long the other side is taken for gone. */
  readonly silenceMs: number;
}

export const defaultLinkTiming: LinkTiming = { heartbeatMs: 5_000, silenceMs: 15_000 };

export const linkPath = '/agent-link';
export const linkIdHeader = 'agent-link-id';
