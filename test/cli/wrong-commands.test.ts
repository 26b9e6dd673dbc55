/** Wrong commands, each with its exit code and error code. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type ProblemCode, problemTable } from '../../src/lib/problem.ts';
import { tokenRules } from '../api/support/api.ts';
import { run, testClient } from './support.ts';

const directory = mkdtempSync(join(tmpdir(), 'flink-mesos-wrong-'));
const file = (name: string, content: string) => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};
const emptyJar = file('empty.jar', '');
const bigJar = file('big.jar', 'x'.repeat(200_000));
const text = file('job.txt', 'text');
const brokenSpec = file('broken.json', '{"name":');
const oddSpec = file('odd.json', '{"name": "a", "colour": "red"}');
const wrongToken = file('token', 'wrong');

test.after.always(() => rmSync(directory, { recursive: true }));

interface WrongCommand {
  readonly command: string;
  readonly exitCode: number;
  readonly code: ProblemCode;
  readonly says?: RegExp;
}

const wrongCommands: readonly WrongCommand[] = [
  { command: '', exitCode: 2, code: 'USAGE', says: /name a command/ },
  { command: 'clusters', exitCode: 2, code: 'USAGE', says: /name a command/ },
  { command: 'cluster', exitCode: 2, code: 'USAGE', says: /unknown command 'cluster'\n.*clusters/ },
  { command: 'clusters lst', exitCode: 2, code: 'USAGE', says: /Did you mean list/ },
  { command: 'clusters list --colour', exitCode: 2, code: 'USAGE', says: /--colour/ },
  { command: 'clusters list extra', exitCode: 2, code: 'USAGE', says: /too many arguments/ },
  { command: 'info --token secret', exitCode: 2, code: 'USAGE', says: /unknown option '--token'/ },
  { command: 'tasks show', exitCode: 2, code: 'USAGE', says: /'id'/ },
  { command: 'clusters create a --slots two', exitCode: 2, code: 'USAGE', says: /--slots.*'two'.*whole number/ },
  { command: 'clusters create a --cpus -1', exitCode: 2, code: 'USAGE', says: /--cpus.*above 0/ },
  { command: 'clusters create a -D novalue', exitCode: 2, code: 'USAGE', says: /KEY=VALUE/ },
  { command: 'clusters create a --constraint rack', exitCode: 2, code: 'USAGE', says: /FIELD:OPERATOR/ },
  { command: 'clusters create a --fitness best', exitCode: 2, code: 'USAGE', says: /--fitness.*pack, spread/ },
  { command: 'clusters create a --timeout soon', exitCode: 2, code: 'USAGE', says: /--timeout/ },
  { command: 'info --url ftp://x', exitCode: 2, code: 'USAGE', says: /--url ftp:\/\/x/ },
  { command: 'info --url nonsense', exitCode: 2, code: 'USAGE', says: /--url nonsense/ },
  { command: 'info --token-file /nowhere/token', exitCode: 2, code: 'USAGE', says: /\/nowhere\/token/ },
  { command: 'clusters create --file /nowhere.json', exitCode: 2, code: 'USAGE', says: /\/nowhere\.json/ },
  { command: `clusters create --file ${oddSpec} --slots 2`, exitCode: 2, code: 'USAGE', says: /leave out --slots/ },
  { command: `clusters create b --file ${oddSpec}`, exitCode: 2, code: 'USAGE', says: /named b here and "a"/ },
  {
    command: `clusters create --file ${brokenSpec}`,
    exitCode: 2,
    code: 'SPEC_INVALID',
    says: /broken\.json is not JSON/,
  },
  {
    command: `clusters create --file ${oddSpec}`,
    exitCode: 2,
    code: 'SPEC_INVALID',
    says: /colour is not a known field/,
  },
  { command: 'clusters create Upper', exitCode: 2, code: 'SPEC_INVALID', says: /name must match/ },
  { command: 'clusters create a --slots 0', exitCode: 2, code: 'SPEC_INVALID', says: /taskManager\.slots/ },
  { command: 'clusters create a --flink-version new', exitCode: 2, code: 'SPEC_INVALID', says: /flink\.version/ },
  { command: 'clusters create a --memory 64', exitCode: 2, code: 'SPEC_IMPOSSIBLE', says: /512 MiB/ },
  { command: 'clusters create default', exitCode: 4, code: 'EXISTS' },
  { command: 'clusters show nope', exitCode: 3, code: 'NOT_FOUND', says: /"nope"/ },
  { command: 'clusters show a/b', exitCode: 3, code: 'NOT_FOUND', says: /a\/b/ },
  { command: 'clusters delete nope --wait', exitCode: 3, code: 'NOT_FOUND' },
  { command: 'tasks list --cluster nope', exitCode: 3, code: 'NOT_FOUND' },
  { command: 'tasks restart nope', exitCode: 3, code: 'NOT_FOUND' },
  { command: 'jobs show nope', exitCode: 3, code: 'NOT_FOUND' },
  { command: 'jobs run unknown', exitCode: 3, code: 'NOT_FOUND' },
  { command: 'jobs run -p 0 jar', exitCode: 2, code: 'SPEC_INVALID', says: /parallelism/ },
  { command: 'jobs run -c Broken jar', exitCode: 8, code: 'FLINK_REFUSED', says: /boom/ },
  { command: 'run /nowhere.jar', exitCode: 2, code: 'USAGE', says: /\/nowhere\.jar/ },
  { command: `run ${directory}`, exitCode: 2, code: 'USAGE', says: /not a file/ },
  { command: `run ${text}`, exitCode: 2, code: 'JAR_INVALID', says: /job\.txt/ },
  { command: `run ${emptyJar}`, exitCode: 2, code: 'JAR_INVALID', says: /empty/ },
  { command: `jars upload ${bigJar}`, exitCode: 2, code: 'TOO_LARGE', says: /100000 bytes/ },
  { command: `jars upload --cluster nope ${bigJar}`, exitCode: 3, code: 'NOT_FOUND' },
  { command: 'clusters create slow --wait --timeout 0.1', exitCode: 9, code: 'TIMED_OUT', says: /slow is starting/ },
];

for (const { command, exitCode, code, says = /./ } of wrongCommands) {
  const shown = command.replaceAll(`${directory}/`, '');
  test(`flink-mesos ${shown}: ${exitCode} ${code}`, async (t) => {
    const { run } = await testClient(t, { limits: { jarBytes: 100_000 } });
    const outcome = await run(command);
    t.is(outcome.exitCode, exitCode, outcome.stderr);
    t.is(outcome.stdout, '');
    const said = outcome.stderr.slice(outcome.stderr.indexOf('error '));
    t.true(said.startsWith(`error ${code}: `), outcome.stderr);
    t.regex(said, says);
    t.true(said.endsWith(`\n  ${problemTable[code].advice}\n`), outcome.stderr);
  });
}

test('a job that fails while it is waited for: 8 FLINK_REFUSED', async (t) => {
  const { run, dispatcher } = await testClient(t);
  dispatcher.firstJobState = 'FAILED';
  const { exitCode, stderr } = await run('jobs run --wait jar');
  t.is(exitCode, 8);
  t.regex(stderr, /^error FLINK_REFUSED: job job-1 is FAILED/);
});

test('a wrong token: 5 UNAUTHORIZED, and it is not repeated', async (t) => {
  const { run } = await testClient(t, { access: tokenRules('right') });
  const { exitCode, stderr } = await run(`info --token-file ${wrongToken}`);
  t.is(exitCode, 5);
  t.regex(stderr, /^error UNAUTHORIZED: [\s\S]*--token-file/);
  t.notRegex(stderr, /wrong/);
});

async function addressOf(handler: Parameters<typeof createServer>[1], t: { teardown(fn: () => void): void }) {
  const server = createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('nothing listens: 6 UNREACHABLE', async (t) => {
  const { server, url } = await addressOf(() => {}, t);
  server.close();
  await once(server, 'close');
  for (const command of ['info', 'health', 'events --follow', 'clusters create', `run ${bigJar}`]) {
    const { exitCode, stderr } = await run(command, { environment: { FLINK_MESOS_URL: url } });
    t.is(exitCode, 6, command);
    t.true(stderr.includes(`error UNREACHABLE: no answer from ${url}`), stderr);
  }
});

test('something else listens: 6 UNREACHABLE, and it says what', async (t) => {
  const { url } = await addressOf((_request, response) => {
    response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Apache</h1>');
  }, t);
  for (const command of ['info', 'health', 'events --follow', 'jobs list']) {
    const { exitCode, stderr } = await run(command, { environment: { FLINK_MESOS_URL: url } });
    t.is(exitCode, 6, command);
    t.regex(stderr, /is not flink-mesos \(HTTP 404, text\/html\)/, command);
  }
});

test('a server that drops the connection: 6 UNREACHABLE', async (t) => {
  const { url } = await addressOf((request) => request.socket.destroy(), t);
  t.is((await run('info', { environment: { FLINK_MESOS_URL: url } })).exitCode, 6);
});

test('an error of a code that this client does not know is still shown', async (t) => {
  const { url } = await addressOf((_request, response) => {
    response.writeHead(418, { 'content-type': 'application/json' });
    response.end('{"code":"TEAPOT","message":"short and stout","advice":"","details":{}}');
  }, t);
  const { exitCode, stderr } = await run('info', { environment: { FLINK_MESOS_URL: url } });
  t.is(exitCode, 1);
  t.regex(stderr, /TEAPOT: short and stout/);
});
