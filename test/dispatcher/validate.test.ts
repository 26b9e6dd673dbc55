import test from 'ava';
import fc from 'fast-check';
import { validate } from '../../src/dispatcher/validate.ts';
import { ClusterSpec, JobSpec } from '../../src/flink/spec.ts';
import { Problem } from '../../src/lib/problem.ts';

const taken: readonly unknown[] = [
  { name: 'a' },
  { name: 'alpha-2', flink: { version: '2.3.0' }, taskManagers: { mode: 'fixed', count: 0 } },
  { name: 'a', flink: { uri: 'https://x/flink.tgz', version: '1.20.1' } },
  { name: 'a', taskManagers: { mode: 'elastic', min: 0, max: 3, spare: 1 } },
  { name: 'a', configuration: { 'state.backend.type': 'rocksdb' }, environment: { TZ: 'UTC' } },
];

for (const spec of taken) {
  test(`taken: ${JSON.stringify(spec)}`, (t) => {
    t.is<unknown, unknown>(validate(ClusterSpec, spec, 'the cluster'), spec);
  });
}

const refused: [unknown, string][] = [
  [{}, 'name is missing'],
  [null, 'it must be object'],
  ['text', 'it must be object'],
  [[], 'it must be object'],
  [{ name: 'Upper' }, 'name must match pattern "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$"'],
  [{ name: 'x'.repeat(41) }, 'name must match pattern "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$"'],
  [{ name: 'a', colour: 'red' }, 'colour is unknown'],
  [{ name: 'a', jobManager: { cpu: 1 } }, 'jobManager.cpu is unknown'],
  [{ name: 'a', jobManager: { cpus: 0 } }, 'jobManager.cpus must be > 0'],
  [{ name: 'a', jobManager: { cpus: '1' } }, 'jobManager.cpus must be number'],
  [{ name: 'a', taskManager: { memoryMiB: 1.5 } }, 'taskManager.memoryMiB must be integer'],
  [{ name: 'a', taskManager: { slots: 257 } }, 'taskManager.slots must be <= 256'],
  [{ name: 'a', taskManagers: { mode: 'fixed', count: -1 } }, 'taskManagers.count must be >= 0'],
  [{ name: 'a', taskManagers: { mode: 'fixed', count: 1, spare: 1 } }, 'taskManagers.spare is unknown'],
  [{ name: 'a', taskManagers: { mode: 'fixed' } }, 'taskManagers.count is missing'],
  [{ name: 'a', taskManagers: { mode: 'elastic', min: 1, max: 2 } }, 'taskManagers.spare is missing'],
  [{ name: 'a', flink: { version: 'newest' } }, 'flink.version must match pattern "^[0-9]+\\.[0-9]+\\.[0-9]+$"'],
  [{ name: 'a', flink: { uri: 'https://x' } }, 'flink.version is missing'],
  [{ name: 'a', flink: { home: '/opt/flink' } }, 'flink.version is missing'],
  [{ name: 'a', configuration: { 'a b': 'x' } }, 'configuration.a b is unknown'],
  [{ name: 'a', configuration: { 'x.y': 1 } }, 'configuration.x.y must be string'],
  [{ name: 'a', environment: { 'A-B': 'x' } }, 'environment.A-B is unknown'],
];

for (const [spec, fault] of refused) {
  test(`refused: ${JSON.stringify(spec)?.slice(0, 80)}: ${fault}`, (t) => {
    const error = t.throws(() => validate(ClusterSpec, spec, 'the cluster'), { instanceOf: Problem });
    t.is(error.code, 'SPEC_INVALID');
    t.is(error.message, `the cluster is not valid: ${fault}`);
  });
}

test('several faults are told together, and counted when they are many', (t) => {
  const spec = { name: 'A', jobManager: { cpus: 0 }, x1: 1, x2: 1, x3: 1, x4: 1, x5: 1 };
  const error = t.throws(() => validate(ClusterSpec, spec, 'the cluster'), { instanceOf: Problem });
  t.regex(error.message, /; and 2 more$/);
  t.is((error.details.faults as string[]).length, 7);
});

test('jobs are judged the same way', (t) => {
  const message = 'the job is not valid: entryClass must match pattern "^[A-Za-z_$][A-Za-z0-9_.$]*$"';
  t.throws(() => validate(JobSpec, { jar: 'x', entryClass: 'a b' }, 'the job'), { message });
  t.throws(() => validate(JobSpec, {}, 'the job'), { message: 'the job is not valid: jar is missing' });
});

test('property: whatever is sent is taken or refused in a message of bounded length', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (flink, anything) => {
      for (const spec of [anything, { name: 'a', flink, taskManagers: anything }]) {
        try {
          validate(ClusterSpec, spec, 'the cluster');
        } catch (error) {
          if (!(error instanceof Problem) || error.message.length > 2000 || /: $/.test(error.message)) return false;
        }
      }
      return true;
    }),
  );
  t.pass();
});
