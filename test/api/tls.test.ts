/** The API over TLS, with the command line as its client. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { run } from '../cli/support.ts';
import { createAuthority } from '../mesos-api-client/certificates.ts';
import { listen, withCluster } from './support/api.ts';

test('AS-8: the API speaks https, and the command line trusts whom it is told to', async (t) => {
  const authority = createAuthority('of tests');
  const tls = authority.issue('scheduler', [{ ip: [127, 0, 0, 1] }]);
  const { app } = await withCluster(t, { tls });
  const url = await listen(app);
  t.regex(url, /^https:/);
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-tls-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const ca = join(directory, 'ca.pem');
  await writeFile(ca, authority.cert);
  const command = `clusters list --url ${url}`;
  t.regex((await run(`${command} --ca-file ${ca}`)).stdout, /default/);
  t.regex((await run(command, { environment: { FLINK_MESOS_CA_FILE: ca } })).stdout, /default/);
  const untrusted = await run(command);
  t.is(untrusted.exitCode, 6);
  t.regex(untrusted.stderr, /certificate/);
});
