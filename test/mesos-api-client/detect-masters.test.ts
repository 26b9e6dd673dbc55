import { setImmediate as nextRound } from 'node:timers/promises';
import test from 'ava';
import { type Detection, detectMasters, type ZooKeeperReader } from '../../src/mesos-api-client/detect-masters.ts';

type State = Parameters<Parameters<ZooKeeperReader['onState']>[0]>[0];

/** A directory in ZooKeeper as a script: what is written calls the watches, and each answer can be interfered with. */
function scriptedReader(names: Record<string, string> | undefined) {
  let nodes = names;
  let state: State = 'connected';
  let tell: (state: State) => void = () => {};
  const watches = new Set<() => void>();
  const asked: string[] = [];
  const script = { beforeData: () => {}, failure: undefined as Error | undefined };
  const reader: ZooKeeperReader = {
    onState: (listener) => {
      tell = listener;
      listener(state);
      return () => {
        tell = () => {};
      };
    },
    children: async (path, changed) => {
      asked.push(`children ${path}`);
      if (script.failure !== undefined) throw script.failure;
      watches.add(changed);
      return nodes && Object.keys(nodes);
    },
    data: async (path, changed) => {
      asked.push(`data ${path}`);
      script.beforeData();
      watches.add(changed);
      const text = nodes?.[path.split('/').at(-1) ?? ''];
      return text === undefined ? undefined : Buffer.from(text);
    },
  };
  const write = (next: Record<string, string> | undefined): void => {
    nodes = next;
    for (const watch of [...watches]) {
      watches.delete(watch);
      watch();
    }
  };
  const enter = (next: State): void => {
    state = next;
    if (next === 'expired') watches.clear();
    tell(next);
  };
  return { reader, write, enter, asked, script };
}

function detection(names: Record<string, string> | undefined, path = '/mesos') {
  const scripted = scriptedReader(names);
  const told: Detection[] = [];
  const detector = detectMasters({ reader: scripted.reader, path, report: (found) => told.push(found), retryMs: 1 });
  return { ...scripted, told, detector };
}

function at(port: number): string {
  return JSON.stringify({ address: { hostname: '127.0.0.1', ip: '127.0.0.1', port }, version: '1.12.0' });
}

async function settled(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await nextRound();
}

test('MA-59: the lowest number leads; when it goes, the next one is told at once', async (t) => {
  const { told, write, detector } = detection({
    'json.info_0000000012': at(12),
    log_replicas: '',
    'json.info_0000000009': at(9),
  });
  await settled();
  write({ 'json.info_0000000012': at(12), log_replicas: '' });
  await settled();
  t.deepEqual(told, [{ masters: ['127.0.0.1:9'] }, { masters: ['127.0.0.1:12'] }]);
  detector.close();
});

test('what changes nothing about the leader is not told again', async (t) => {
  const { told, write, detector } = detection({ 'json.info_0000000001': at(1) });
  await settled();
  write({ 'json.info_0000000001': at(1), 'json.info_0000000002': at(2) });
  await settled();
  t.deepEqual(told, [{ masters: ['127.0.0.1:1'] }]);
  detector.close();
});

test('MA-60: a leader that vanishes between list and read has the list read again', async (t) => {
  const { told, write, script, asked, detector } = detection({
    'json.info_0000000001': at(1),
    'json.info_0000000002': at(2),
  });
  script.beforeData = () => {
    script.beforeData = () => {};
    write({ 'json.info_0000000002': at(2) });
  };
  await settled();
  t.deepEqual(told, [{ masters: ['127.0.0.1:2'] }]);
  t.deepEqual(asked.slice(0, 3), ['children /mesos', 'data /mesos/json.info_0000000001', 'children /mesos']);
  detector.close();
});

test('MA-60: no directory, an empty one, broken JSON: none, with the reason, and the old leader is told no more', async (t) => {
  const { told, write, detector } = detection(undefined);
  const steps: Record<string, string>[] = [
    {},
    { 'json.info_0000000001': at(1) },
    { 'json.info_0000000002': '{' },
    { 'json.info_0000000002': at(2) },
  ];
  for (const next of steps) {
    await settled();
    write(next);
  }
  await settled();
  t.deepEqual(
    told.map(({ masters }) => masters),
    [[], [], ['127.0.0.1:1'], [], ['127.0.0.1:2']],
  );
  t.regex(told[0]?.why ?? '', /no node \/mesos/);
  t.regex(told[1]?.why ?? '', /no master stands below \/mesos/);
  t.regex(told[3]?.why ?? '', /json\.info_0000000002 holds no JSON/);
  detector.close();
});

test('a suspended session leaves the leader as told; an expired one knows none; the next one looks anew', async (t) => {
  const { told, write, enter, detector } = detection({ 'json.info_0000000001': at(1) });
  await settled();
  enter('suspended');
  await settled();
  t.is(told.length, 1);
  enter('expired');
  write({ 'json.info_0000000003': at(3) });
  await settled();
  t.deepEqual(told.at(-1), { masters: [], why: 'there is no session with ZooKeeper' });
  enter('connecting');
  enter('connected');
  await settled();
  t.deepEqual(told.at(-1), { masters: ['127.0.0.1:3'] });
  detector.close();
});

test('an answer that is an error is told, and asked for again', async (t) => {
  const { told, script, write, detector } = detection({ 'json.info_0000000001': at(1) });
  await settled();
  script.failure = new Error('the ACL of the node does not allow it');
  write({ 'json.info_0000000001': at(1) });
  await settled();
  t.deepEqual(told.at(-1), { masters: [], why: 'the ACL of the node does not allow it' });
  script.failure = undefined;
  while (told.at(-1)?.masters.length === 0) await nextRound();
  t.deepEqual(told.at(-1), { masters: ['127.0.0.1:1'] });
  detector.close();
});

test('a closed detector tells nothing more; the root can be the directory', async (t) => {
  const { told, asked, write, detector } = detection({ 'json.info_0000000001': at(1) }, '/');
  await settled();
  detector.close();
  write({ 'json.info_0000000001': at(2) });
  await settled();
  t.deepEqual(told, [{ masters: ['127.0.0.1:1'] }]);
  t.deepEqual(asked.slice(0, 2), ['children /', 'data /json.info_0000000001']);
});
