/** Commands with wrong input: each ends with the exit code and error code of its row, says what to do, and changes nothing. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { problemTable } from '../../src/lib/problem.ts';
import { apiOf } from './support/api.ts';
import { flinkMesos } from './support/process.ts';

let directory: string;
let taken: Server;

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-wrong-'));
  await mkdir(join(directory, 'corrupt'));
  await writeFile(
    join(directory, 'corrupt', 'state.sqlite'),
    'this is no database, and long enough to be looked at as one\n'.repeat(200),
  );
  await writeFile(join(directory, 'empty-token'), '\n');
  await writeFile(join(directory, 'spec.json'), '{"name": "x", ');
  taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
});

test.after.always(async () => {
  taken?.close();
  await rm(directory, { recursive: true, force: true });
});

const master = ['--mesos-master', '127.0.0.1:1'];
const takenPort = (): string => String((taken.address() as { port: number }).port);
const data = (name: string): string[] => ['--data-dir', join(directory, name)];
const nobody = ['--url', 'http://127.0.0.1:1'];

const table: { what: string; args: () => string[]; code: keyof typeof problemTable; says: RegExp }[] = [
  { what: 'an unknown subcommand', args: () => ['frobnicate'], code: 'USAGE', says: /frobnicate/ },
  {
    what: 'an unknown option',
    args: () => ['scheduler', ...master, '--colour', 'red'],
    code: 'USAGE',
    says: /--colour/,
  },
  {
    what: 'a scheduler that is told of no master',
    args: () => ['scheduler', ...data('a')],
    code: 'USAGE',
    says: /--mesos-master/,
  },
  {
    what: 'a master that is no address',
    args: () => ['scheduler', '--mesos-master', 'mesos master', ...data('b')],
    code: 'USAGE',
    says: /mesos master/,
  },
  {
    what: 'several schedulers without a storage that all of them reach',
    args: () => ['scheduler', '--zk', 'zk://zk1:2181/flink', ...master, '--storage', 's3://bucket/flink'],
    code: 'USAGE',
    says: /with --zk it is file:/,
  },
  {
    what: 'a ZooKeeper without a path to keep state in',
    args: () => ['scheduler', '--zk', 'zk://user:hunter2@zk1:2181'],
    code: 'USAGE',
    says: /--zk zk:\/\/\*\*\*@zk1:2181: the path is missing/,
  },
  {
    what: 'an address to listen on that is none',
    args: () => ['scheduler', ...master, '--listen', 'here', ...data('c')],
    code: 'USAGE',
    says: /--listen here/,
  },
  {
    what: 'a public address without a token',
    args: () => ['scheduler', ...master, '--listen', '0.0.0.0:0', ...data('d')],
    code: 'TOKEN_REQUIRED',
    says: /0\.0\.0\.0/,
  },
  {
    what: 'a token file that is empty',
    args: () => ['scheduler', ...master, '--token-file', join(directory, 'empty-token'), ...data('e')],
    code: 'USAGE',
    says: /empty-token/,
  },
  {
    what: 'a port that is in use',
    args: () => ['scheduler', ...master, '--listen', `127.0.0.1:${takenPort()}`, ...data('f')],
    code: 'PORT_IN_USE',
    says: /in use/,
  },
  {
    what: 'a store that is corrupt',
    args: () => ['scheduler', ...master, '--listen', '127.0.0.1:0', ...data('corrupt')],
    code: 'STORE_CORRUPT',
    says: /state\.sqlite/,
  },
  {
    what: 'a Flink version that does not exist',
    args: () => ['scheduler', ...master, '--listen', '127.0.0.1:0', '--flink-version', '9.9.9', ...data('g')],
    code: 'FLINK_VERSION_UNKNOWN',
    says: /9\.9\.9/,
  },
  {
    what: 'a FLINK_HOME that is none',
    args: () => ['scheduler', ...master, '--listen', '127.0.0.1:0', '--flink-home', directory, ...data('h')],
    code: 'USAGE',
    says: /no Flink/,
  },
  {
    what: 'a number of agents that is none',
    args: () => ['local-mesos', '--agents', 'two'],
    code: 'USAGE',
    says: /--agents two/,
  },
  {
    what: 'agents that are told of no master',
    args: () => ['local-mesos', '--only', 'agents'],
    code: 'USAGE',
    says: /--master/,
  },
  {
    what: 'a port in use, for the embedded Mesos',
    args: () => ['local-mesos', '--listen', `127.0.0.1:${takenPort()}`, '--work-dir', join(directory, 'mesos')],
    code: 'PORT_IN_USE',
    says: /in use/,
  },
  {
    what: 'a question to nobody',
    args: () => ['clusters', 'list', ...nobody],
    code: 'UNREACHABLE',
    says: /127\.0\.0\.1:1/,
  },
  {
    what: 'a cluster from a file that is no JSON',
    args: () => ['clusters', 'create', '--file', join(directory, 'spec.json'), ...nobody],
    code: 'SPEC_INVALID',
    says: /spec\.json/,
  },
];

for (const { what, args, code, says } of table) {
  test(`${what}: ${code}`, async (t) => {
    const process = flinkMesos(args());
    const how = await process.exited();
    t.regex(process.output(), says);
    t.regex(process.output(), new RegExp(`error ${code}:`));
    t.true(process.output().includes(problemTable[code].advice), 'the advice is given');
    t.is(how, problemTable[code].exitCode, process.output());
  });
}

test('a master that is not there is no reason to end: the scheduler waits for it and says so', async (t) => {
  const scheduler = flinkMesos(['scheduler', ...master, '--listen', '127.0.0.1:0', ...data('waiting')]);
  t.teardown(() => scheduler.kill('SIGKILL'));
  const { url } = await apiOf(scheduler);
  await scheduler.said(/127\.0\.0\.1:1.*(again|retry)/i);
  const health = await fetch(`${url}/v1/health`);
  t.is(health.status, 503);
  t.is(await scheduler.kill('SIGTERM'), 0);
});
