/** HTTP by undici, which is loaded when the first request is made: `--help` and `--version` make none. */
import type { Agent, request } from 'undici';

export type HttpAnswer = Awaited<ReturnType<typeof request>>;
export type HttpRequest = Omit<NonNullable<Parameters<typeof request>[1]>, 'dispatcher'>;
/** Whom to trust, where it is not who everybody trusts. */
export interface HttpConnection {
  readonly ca?: string;
  readonly rejectUnauthorized?: boolean;
}

export function openHttp(connection?: HttpConnection): (url: string, options: HttpRequest) => Promise<HttpAnswer> {
  let agent: Agent | undefined;
  return async (url, options) => {
    const undici = await import('undici');
    if (connection !== undefined) agent ??= new undici.Agent({ connect: connection });
    return undici.request(url, { ...options, ...(agent !== undefined && { dispatcher: agent }) });
  };
}
