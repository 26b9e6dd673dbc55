/**
 * What a master answers that does not lead (src/master/http.cpp of Mesos, recorded): 307 to the leading one with the
 * process's prefix in the path, 503 while none is known, and itself only to questions about itself.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson, sendText } from './master-http.ts';

export interface Standby {
  readonly version: string;
  readonly flags: Readonly<Record<string, string>>;
  /** `host:port` of the leading master. */
  leader(): string | undefined;
}

/** Routes that only a leading master can answer. */
const leading =
  /^\/(api\/v1(\/.*)?|state|state-summary|slaves|frameworks|tasks|roles|quota|weights|teardown|maintenance\/\w+|machine\/\w+|reserve|unreserve|(create|destroy)-volumes|roles)$/;

export function answerAsStandby(
  standby: Standby,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): void {
  const leader = standby.leader();
  const { search } = new URL(request.url ?? '/', 'http://master');
  if (path === '/health') sendText(response, 200, '');
  else if (path === '/version') sendJson(response, { version: standby.version });
  else if (path === '/flags') sendJson(response, { flags: standby.flags });
  else if (path === '/metrics/snapshot') sendJson(response, { 'master/elected': 0 });
  else if (path !== '/redirect' && !leading.test(path)) sendText(response, 404, '404 Not Found.');
  else if (leader === undefined) sendText(response, 503, 'No leader elected');
  else sendText(response, 307, '', { Location: `//${leader}${path === '/redirect' ? '' : `/master${path}${search}`}` });
}
