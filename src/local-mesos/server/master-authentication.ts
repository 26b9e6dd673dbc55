/**
 * HTTP basic authentication of frameworks and operators, as a master does it that was started with --credentials
 * (docs/authentication.md of Mesos). Every fault of the header gets the same answer, so that nobody learns which
 * principals there are. Agents are not asked: in Mesos that is another matter too.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendText } from './master-http.ts';

export interface Credential {
  readonly principal: string;
  readonly secret: string;
}

export type Realm = 'mesos-master-scheduler' | 'mesos-master-readwrite' | 'mesos-master-readonly';

export type Authentication =
  /** No credentials were given to this master: everybody may do everything. */
  { readonly kind: 'open' } | { readonly kind: 'principal'; readonly principal: string } | { readonly kind: 'refused' };

export type Authenticate = (request: IncomingMessage) => Authentication;

export function createAuthenticate(credentials: readonly Credential[] | undefined): Authenticate {
  if (credentials === undefined) {
    return () => ({ kind: 'open' });
  }
  const known = credentials.map(({ principal, secret }) => ({ principal, digest: digestOf(principal, secret) }));
  return (request) => {
    const given = basicCredential(request.headers.authorization);
    if (given === undefined) {
      return { kind: 'refused' };
    }
    const digest = digestOf(given.principal, given.secret);
    // All are compared, so that the time tells nothing.
    const matching = known.filter((each) => timingSafeEqual(each.digest, digest));
    return matching.length > 0 ? { kind: 'principal', principal: given.principal } : { kind: 'refused' };
  };
}

export function sendUnauthorized(response: ServerResponse, realm: Realm): void {
  sendText(response, 401, '401 Unauthorized.', { 'WWW-Authenticate': `Basic realm="${realm}"` });
}

function basicCredential(header: string | undefined): Credential | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/.exec(header ?? '')?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { principal: text.slice(0, colon), secret: text.slice(colon + 1) };
}

/** Of one length whatever the secret's; JSON, so that no part of the one can be taken for the other. */
function digestOf(principal: string, secret: string): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([principal, secret]))
    .digest();
}
