/** The archive for agents, read back by the machine's own tar. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { packDistribution } from '../../../src/flink/distribution/pack.ts';
import { tarHeader } from '../../../src/flink/distribution/tar.ts';
import { Problem } from '../../../src/lib/problem.ts';

const longName = `${'directory-'.repeat(9)}/${'name-'.repeat(15)}.jar`;

async function distribution(t: ExecutionContext): Promise<{ directory: string; home: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-pack-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const home = join(directory, 'home');
  const files = [
    'lib/flink-dist-2.3.0.jar',
    'lib/a.jar',
    `plugins/${longName}`,
    'plugins/gpu/discover.sh',
    'bin/flink',
    'LICENSE',
  ];
  for (const path of files) {
    await mkdir(join(home, path, '..'), { recursive: true });
    await writeFile(join(home, path), `content of ${path}`.repeat(100));
    await utimes(join(home, path), 1_700_000_000, 1_700_000_000.75);
  }
  await chmod(join(home, 'plugins/gpu/discover.sh'), 0o755);
  return { directory, home };
}

test('OV-1: what processes need, below flink/, with times and modes, and read back as it was', async (t) => {
  const { directory, home } = await distribution(t);
  const archive = await packDistribution(home, '2.3.0', join(directory, 'cache'));
  const out = join(directory, 'out');
  await mkdir(out);
  execFileSync('tar', ['-xf', archive, '-C', out]);
  t.deepEqual(await readdir(out), ['flink']);
  t.deepEqual((await readdir(join(out, 'flink'))).sort(), ['LICENSE', 'lib', 'plugins']);
  for (const path of ['LICENSE', 'lib/a.jar', `plugins/${longName}`]) {
    t.deepEqual(await readFile(join(out, 'flink', path)), await readFile(join(home, path)));
    t.is((await stat(join(out, 'flink', path))).mtimeMs, 1_700_000_000_000);
  }
  t.is((await stat(join(out, 'flink/plugins/gpu/discover.sh'))).mode & 0o777, 0o755);
});

test('equal distributions make equal archives, packed once; another one gets another name', async (t) => {
  const [first, second] = [await distribution(t), await distribution(t)];
  const archive = await packDistribution(first.home, '2.3.0', join(first.directory, 'cache'));
  const made = await stat(archive);
  t.is(await packDistribution(first.home, '2.3.0', join(first.directory, 'cache')), archive);
  t.is((await stat(archive)).ino, made.ino);
  const other = await packDistribution(second.home, '2.3.0', join(second.directory, 'cache'));
  t.true((await readFile(archive)).equals(await readFile(other)));

  await writeFile(join(first.home, 'lib', 'more.jar'), 'more');
  const changed = await packDistribution(first.home, '2.3.0', join(first.directory, 'cache'));
  t.not(changed, archive);
  t.is((await readdir(join(first.directory, 'cache', 'packed'))).length, 2, 'no unfinished file is left');
});

test('a path that tar cannot hold is refused', (t) => {
  const entry = { source: '', bytes: 0, executable: false, modifiedSeconds: 0 };
  t.throws(() => tarHeader({ ...entry, name: 'n'.repeat(101) }), { instanceOf: Problem });
  t.notThrows(() => tarHeader({ ...entry, name: `${'d'.repeat(155)}/${'n'.repeat(100)}` }));
});
