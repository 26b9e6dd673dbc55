/** TLS on our own API: the certificate, its key, and what others need to trust it. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Problem } from '../lib/problem.ts';
import { readPem } from './mesos-client.ts';

export interface ServerTlsSettings {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
}

export interface ServerTls {
  /** PEM, with what leads from it to the authority. */
  readonly cert: string;
  readonly key: string;
  /** PEM of who signed it: JobManagers and standbys trust it. Without another word the certificate itself. */
  readonly ca: string;
}

export async function readServerTls({ tlsCert, tlsKey, tlsCa }: ServerTlsSettings): Promise<ServerTls | undefined> {
  const cert = await readPem(tlsCert, '--tls-cert', 'CERTIFICATE');
  const key = await readPem(tlsKey, '--tls-key', 'PRIVATE KEY');
  const ca = await readPem(tlsCa, '--tls-ca', 'CERTIFICATE');
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if (cert === undefined || key === undefined) throw new Problem('USAGE', 'give --tls-cert and --tls-key together');
  checkPair(cert, key);
  return { cert, key, ca: ca ?? cert };
}

/** Found now, not when the first client fails. */
function checkPair(cert: string, key: string): void {
  let fits: boolean;
  try {
    fits = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    // What OpenSSL says of a key may show nothing of it.
    throw new Problem('USAGE', `--tls-cert and --tls-key cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (!fits) throw new Problem('USAGE', '--tls-key is not the key of --tls-cert');
}
