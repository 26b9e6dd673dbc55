/** Where a Flink comes from, and what is never taken for one. */
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import {
  type DistributionProgress,
  type DistributionRequest,
  obtainDistribution,
} from '../../../src/flink/distribution/obtain.ts';
import { Problem, type ProblemCode } from '../../../src/lib/problem.ts';
import {
  type Machine,
  machineWithPip,
  type PipMode,
  version,
  writeSourcePackage,
  writeWheels,
} from './support/packages.ts';

async function machine(t: ExecutionContext): Promise<Machine> {
  const made = await machineWithPip();
  t.teardown(() => rm(made.directory, { recursive: true, force: true }));
  return made;
}

async function obtain(request: DistributionRequest): Promise<{ home: string; kinds: string[] }> {
  const told: DistributionProgress[] = [];
  const { home } = await obtainDistribution(request, (progress) => told.push(progress));
  return { home, kinds: [...new Set(told.map(({ kind }) => kind))] };
}

async function problem(t: ExecutionContext, request: DistributionRequest, code: ProblemCode): Promise<Problem> {
  const error = await t.throwsAsync(
    obtainDistribution(request, () => undefined),
    { instanceOf: Problem },
  );
  t.is(error?.code, code, error?.message);
  return error as Problem;
}

/** Neither a distribution nor a piece of one. */
async function nothingCached(t: ExecutionContext, { cacheDir }: Machine): Promise<void> {
  t.deepEqual(await readdir(join(cacheDir, 'flink')).catch(() => []), []);
}

test('both packages become one FLINK_HOME, with scripts that can be run and times that are kept', async (t) => {
  const here = await machine(t);
  await writeWheels(here);
  const { home, kinds } = await obtain(here.request());
  t.deepEqual(kinds, ['downloading', 'unpacking', 'ready']);
  t.is(home, join(here.cacheDir, 'flink', version));
  t.deepEqual((await readdir(home)).sort(), ['LICENSE', 'bin', 'conf', 'flink-mesos-manifest.json', 'lib', 'plugins']);
  t.is((await stat(join(home, 'bin', 'flink'))).mode & 0o777, 0o755);
  const jar = await stat(join(home, 'lib', `flink-dist-${version}.jar`));
  t.is(jar.mode & 0o111, 0);
  t.is(jar.mtime.toISOString(), '2026-01-01T12:00:00.000Z');
  t.deepEqual(await readdir(join(here.cacheDir, 'flink')), [version], 'nothing is left of the download');
});

test('what is cached is used again, without pip', async (t) => {
  const here = await machine(t);
  await writeWheels(here);
  await obtain(here.request());
  const again = await obtain({ ...here.request(), offline: true, env: { PATH: '/nonexistent' } });
  t.deepEqual(again.kinds, ['ready']);
  t.is((await here.calls()).filter((line) => line.startsWith('download')).length, 1);
});

test("1.20's libraries, a source package, are unpacked and never built", async (t) => {
  const here = await machine(t);
  await writeSourcePackage(here);
  const { home } = await obtain(here.request());
  t.is(await readFile(join(home, 'lib', `flink-dist-${version}.jar`), 'utf8'), 'classes');
  t.deepEqual((await readdir(join(home, 'bin'))).sort(), ['bash-java-utils.jar', 'config.sh', 'flink']);
  t.deepEqual((await readdir(home)).sort(), ['LICENSE', 'NOTICE', 'bin', 'conf', 'flink-mesos-manifest.json', 'lib']);
});

test('known versions are asked for with their hashes', async (t) => {
  const here = await machine(t);
  const pinned = await writeWheels(here);
  await obtain({ ...here.request(), known: [pinned] });
  const calls = await here.calls();
  t.true(calls.includes(`apache-flink==${version} --hash=sha256:${pinned.scripts.sha256}`));
  t.true(calls.includes(`apache-flink-libraries==${version} --hash=sha256:${pinned.libraries.sha256}`));
});

test('a package that is not the known one is not used, whatever pip says', async (t) => {
  const here = await machine(t);
  const pinned = await writeWheels(here);
  const other = { ...pinned, libraries: { ...pinned.libraries, sha256: '0'.repeat(64) } };
  t.regex((await problem(t, { ...here.request(), known: [other] }, 'DOWNLOAD_FAILED')).message, /SHA-256/);
  await nothingCached(t, here);
});

const failures: [PipMode, ProblemCode, RegExp][] = [
  ['unknown', 'FLINK_VERSION_UNKNOWN', /no Flink "2\.9\.1".*Known versions: 2\.3\.0.*pip finds: 1\.20\.0, 2\.2\.0\.$/],
  ['unreachable', 'DOWNLOAD_FAILED', /could not download Flink 2\.9\.1/],
  ['mismatch', 'DOWNLOAD_FAILED', /not the one this project knows/],
  ['dies', 'DOWNLOAD_FAILED', /could not download/],
];
for (const [mode, code, message] of failures) {
  test(`pip that is "${mode}": ${code}, and nothing is cached`, async (t) => {
    const here = await machine(t);
    await writeWheels(here);
    t.regex((await problem(t, here.request(mode), code)).message, message);
    await nothingCached(t, here);
    t.deepEqual((await obtain(here.request())).kinds, ['downloading', 'unpacking', 'ready'], 'the next time it works');
  });
}

test('no pip: MISSING_TOOL, with how to get it', async (t) => {
  const here = await machine(t);
  const empty = join(here.directory, 'empty');
  await mkdir(empty);
  const { message } = await problem(t, { ...here.request(), env: { PATH: empty } }, 'MISSING_TOOL');
  t.regex(message, /pip was not found.*apt-get install python3-pip/);
  await nothingCached(t, here);
});

test('a damaged package is refused', async (t) => {
  const here = await machine(t);
  await writeWheels(here);
  const wheel = join(here.packages, `apache_flink_libraries-${version}-py2.py3-none-any.whl`);
  await truncate(wheel, (await stat(wheel)).size >> 1);
  t.regex((await problem(t, here.request(), 'DOWNLOAD_FAILED')).message, /cannot be unpacked/);
  await nothingCached(t, here);
});

test('packages that hold another version are refused', async (t) => {
  const here = await machine(t);
  await writeWheels(here, '2.8.0');
  t.regex((await problem(t, here.request(), 'DOWNLOAD_FAILED')).message, /hold Flink 2\.8\.0/);
  await nothingCached(t, here);
});

test('an interrupted download ends pip and leaves nothing', async (t) => {
  const here = await machine(t);
  await writeWheels(here);
  const interrupt = new AbortController();
  const running = obtainDistribution({ ...here.request('hangs'), signal: interrupt.signal }, () => undefined);
  while ((await here.calls()).length < 3) await sleep(10);
  interrupt.abort(new Error('Ctrl-C'));
  await t.throwsAsync(running, { message: 'Ctrl-C' });
  await nothingCached(t, here);
});

test('leftovers of a process that was killed are neither used nor kept; those of a living one are kept', async (t) => {
  const here = await machine(t);
  await writeWheels(here);
  const dead = spawnSync('true').pid;
  const parent = join(here.cacheDir, 'flink');
  const [ofDead, ofLiving] = [`.fetching-${dead}-aaaaaaaa`, `.fetching-${process.ppid}-bbbbbbbb`];
  for (const name of [ofDead, ofLiving]) await mkdir(join(parent, name, 'home', 'lib'), { recursive: true });
  t.deepEqual((await obtain(here.request())).kinds, ['downloading', 'unpacking', 'ready']);
  t.deepEqual((await readdir(parent)).sort(), [ofLiving, version].sort());
});

const damages: [string, (home: string) => Promise<void>, RegExp][] = [
  [
    'a file cut off',
    (home) => truncate(join(home, 'lib', `flink-dist-${version}.jar`), 10),
    /has 10 bytes instead of 8000/,
  ],
  ['a file gone', (home) => rm(join(home, 'conf', 'config.yaml')), /config\.yaml is missing/],
  ['no manifest', (home) => rm(join(home, 'flink-mesos-manifest.json')), /manifest/],
  ['half a manifest', (home) => truncate(join(home, 'flink-mesos-manifest.json'), 30), /manifest/],
];
for (const [what, damage, reason] of damages) {
  test(`${what} in the cache: it is said, and fetched anew`, async (t) => {
    const here = await machine(t);
    await writeWheels(here);
    const { home } = await obtain(here.request());
    await damage(home);
    await problem(t, { ...here.request(), offline: true }, 'DOWNLOAD_FAILED');
    const told: DistributionProgress[] = [];
    await obtainDistribution(here.request(), (progress) => told.push(progress));
    const [first] = told;
    t.regex(first?.kind === 'damaged' ? first.reason : '', reason);
    t.deepEqual((await obtain({ ...here.request(), offline: true })).kinds, ['ready']);
  });
}

test('two at once end with one whole distribution', async (t) => {
  const here = await machine(t);
  await writeWheels(here);
  const homes = await Promise.all([obtain(here.request()), obtain(here.request()), obtain(here.request())]);
  t.is(new Set(homes.map(({ home }) => home)).size, 1);
  t.deepEqual(await readdir(join(here.cacheDir, 'flink')), [version]);
  t.deepEqual((await obtain({ ...here.request(), offline: true })).kinds, ['ready']);
});

async function flinkHome(t: ExecutionContext, ...jars: string[]): Promise<{ here: Machine; home: string }> {
  const here = await machine(t);
  const home = join(here.directory, 'mine');
  await mkdir(join(home, 'lib'), { recursive: true });
  for (const jar of jars) await writeFile(join(home, 'lib', jar), '');
  return { here, home };
}

test('OV-2, OV-3: FLINK_HOME: its version is read from its flink-dist jar', async (t) => {
  for (const [jar, expected] of [
    ['flink-dist-1.20.5.jar', '1.20.5'],
    ['flink-dist-2.3.0-vendor7.jar', '2.3.0'],
  ] as const) {
    const { here, home } = await flinkHome(t, jar, 'flink-cep-9.9.9.jar');
    const { version: _, ...request } = here.request();
    const found = await obtainDistribution({ ...request, flinkHome: home }, () => undefined);
    t.deepEqual(found, { version: expected, home });
    t.deepEqual(await here.calls(), []);
  }
});

test('OV-4: FLINK_HOME that is none, that is two, that is too old, or that is not the version asked for', async (t) => {
  const cases: [string[], ProblemCode, RegExp][] = [
    [[], 'USAGE', /no lib\/flink-dist/],
    [['flink-dist-2.3.0.jar', 'flink-dist-2.2.1.jar'], 'USAGE', /more than one Flink/],
    [['flink-dist_2.12-1.13.6.jar'], 'FLINK_VERSION_UNKNOWN', /1\.13\.6 .* too old/],
    [['flink-dist-2.3.0.jar'], 'USAGE', /Flink 2\.9\.1 is asked for/],
  ];
  for (const [jars, code, message] of cases) {
    const { here, home } = await flinkHome(t, ...jars);
    t.regex((await problem(t, { ...here.request(), flinkHome: home }, code)).message, message);
  }
  const here = await machine(t);
  await problem(t, { ...here.request(), flinkHome: join(here.directory, 'absent') }, 'USAGE');
});
