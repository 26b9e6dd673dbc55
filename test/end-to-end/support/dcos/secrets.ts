/** What an operator has put into the secret store of a cluster, and onto its agents. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { createAuthority } from '../../../mesos-api-client/certificates.ts';
import type { DcosCluster } from './cluster.ts';

const run = promisify(execFile);

/** Of the API, whose authority every agent trusts; and one store of the user's for the traffic within clusters, as a file. */
export async function writeKeys(directory: string): Promise<Record<'ca' | 'cert' | 'key', string>> {
  const authority = createAuthority('of the cluster');
  const hosts = ([1, 2, 3] as const).map((last) => ({ ip: [127, 0, 0, last] as const }));
  const { cert, key } = authority.issue('scheduler', hosts);
  setDefaultCACertificates([...getCACertificates('default'), authority.cert]);
  const names = ['-alias', 'flink.internal', '-dname', 'CN=flink.internal', '-storetype', 'PKCS12'];
  const pair = ['-keyalg', 'RSA', '-keysize', '2048', '-validity', '2'];
  const store = ['-keystore', join(directory, 'internal.p12'), '-storepass', 'of-the-test'];
  await run('keytool', ['-genkeypair', ...names, ...pair, ...store]);
  return { ca: authority.cert, cert, key };
}

/** What else is in the secret store. No process of Flink looks into a key table before a job needs it. */
export function wordsOf({ identity, url }: DcosCluster) {
  const account = { uid: 'flink', private_key: identity.addAccount('flink'), scheme: 'RS256' };
  return {
    account: JSON.stringify({ ...account, login_endpoint: `${url}/acs/api/v1/auth/login` }),
    token: 'a-token-for-scripts\n',
    keytab: 'a key table',
    password: 'of-the-test',
  };
}
