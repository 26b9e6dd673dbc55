/**
 * Who we are to a master: headers that go with every request. Mesos' own authenticator is HTTP Basic; DC/OS takes tokens
 * (service-account.ts); whatever else stands in front of a master is given as a function.
 */
import { Buffer } from 'node:buffer';

export interface Authentication {
  /** For messages; never the secret. */
  readonly principal?: string;
  /** Asked before each request. Rejects with a MesosError. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** The master answered 401 to these. Whether `headers()` may give better ones now; then the request is sent once more. */
  refused?(headers: Readonly<Record<string, string>>): boolean;
}

export interface Credentials {
  readonly principal: string;
  readonly secret: string;
}

/** `--authenticate_http_frameworks` of a master, with its default authenticator. */
export function basicAuthentication({ principal, secret }: Credentials): Authentication {
  const authorization = `Basic ${Buffer.from(`${principal}:${secret}`).toString('base64')}`;
  return { principal, headers: async () => ({ authorization }) };
}

/** For any other scheme: `headers` is asked before each request, and again after a 401. */
export function headerAuthentication(
  headers: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>,
  principal?: string,
): Authentication {
  return {
    ...(principal === undefined ? {} : { principal }),
    headers: async () => headers(),
    refused: () => true,
  };
}

export const noAuthentication: Authentication = { headers: async () => ({}) };
