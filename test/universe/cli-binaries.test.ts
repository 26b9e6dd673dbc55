/** The plugins of the command line, as the package names them. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { pluginName } from '../../bin/dcos-plugin/build-plugin.ts';
import { cliBinaries } from '../../universe/cli-binaries.ts';

test('those that there are, with their hash in lower case; none is none', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-cli-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  t.is(await cliBinaries('http://x/', directory, '1.0.0'), undefined);
  await writeFile(join(directory, pluginName('1.0.0', 'linux')), 'zip');
  await writeFile(join(directory, pluginName('0.9.0', 'darwin')), 'old');
  const value = createHash('sha256').update('zip').digest('hex');
  t.deepEqual(await cliBinaries('http://x/', directory, '1.0.0'), {
    binaries: {
      linux: {
        'x86-64': {
          kind: 'zip',
          url: `http://x/${pluginName('1.0.0', 'linux')}`,
          contentHash: [{ algo: 'sha256', value }],
        },
      },
    },
  });
});
