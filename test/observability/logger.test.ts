import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createLogger, logFacts } from '../../src/observability/logger.ts';
import { examples } from './table.ts';

async function logFile(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-log-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return join(directory, 'deep', 'log.json');
}

const lines = async (file: string) =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('one structured line a fact, with its number and its sentence', async (t) => {
  const file = await logFile(t);
  const log = logFacts(createLogger({ file }));
  log({ sequence: 7, at: 0, fact: examples['cluster.created'] });
  log({ sequence: 8, at: 0, fact: examples['offer.declined'] });
  const [line, ...more] = await lines(file);
  t.like(line, {
    level: 'info',
    fact: 'cluster.created',
    sequence: 7,
    cluster: 'alpha',
    flinkVersion: '2.3.0',
    msg: 'cluster alpha created, Flink 2.3.0',
  });
  t.regex(line.time, /^\d{4}-\d\d-\d\dT/);
  t.deepEqual(more, [], 'offers are told at debug only');
});

test('I13: what is hidden stays in the object that was logged, and errors are shown as ever', async (t) => {
  const file = await logFile(t);
  const logger = createLogger({ file });
  const object = { headers: { cookie: 'c', host: 'h' }, token: { deep: 'd' }, list: ['token'] };
  const err = Object.assign(new Error('no'), { code: 'ENOENT' });
  logger.info(object, 'request');
  logger.error({ err }, 'failed');
  t.is(object.headers.cookie, 'c');
  const [request, failed] = await lines(file);
  t.like(request, { headers: { cookie: '(not shown)', host: 'h' }, token: '(not shown)', list: ['token'] });
  t.like(failed.err, { message: 'no', code: 'ENOENT' });
});

test('every fact can be logged, at debug', async (t) => {
  const file = await logFile(t);
  const log = logFacts(createLogger({ file, level: 'debug' }));
  Object.values(examples).forEach((fact, sequence) => {
    log({ sequence, at: 0, fact });
  });
  const written = await lines(file);
  t.deepEqual(
    written.map((line) => line.fact),
    Object.keys(examples),
  );
});

test('I13: what is called a secret is not shown, wherever it stands', async (t) => {
  const file = await logFile(t);
  const logger = createLogger({ file });
  const hidden = 'hunter2';
  logger.info({ token: hidden, headers: { authorization: hidden, cookie: hidden } }, 'request');
  logger.info({ a: { credentials: { principal: 'p' } }, b: { c: { password: hidden, signature: hidden } } }, 'deeper');
  t.notRegex(await readFile(file, 'utf8'), /hunter2/);
  t.regex(await readFile(file, 'utf8'), /not shown/);
});
