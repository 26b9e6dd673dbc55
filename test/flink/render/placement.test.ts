import test from 'ava';
import { completeSpec } from '../../../src/flink/render/complete-spec.ts';
import { diskOf, placementOf } from '../../../src/flink/render/placement.ts';
import type { ClusterSpec } from '../../../src/flink/spec.ts';

function complete(spec: Partial<ClusterSpec>) {
  return completeSpec({ name: 'words', ...spec }, { version: '2.3.0', source: { version: '2.3.0' } });
}

test('a cluster that says nothing of its place leaves its tasks free', (t) => {
  t.deepEqual(placementOf(complete({}), 'taskManager'), {});
  t.deepEqual(placementOf(complete({ placement: {} }), 'jobManager'), {});
});

test('the constraints of a process are its own, what is said of the cluster holds for both', (t) => {
  const spec = complete({
    jobManager: { constraints: [['rack', 'is', 'r1']] },
    taskManager: { constraints: [['hostname', 'UNIQUE']], preferences: [['disk', 'IS', 'ssd']] },
    placement: {
      role: 'flink',
      spreadOver: ['@zone'],
      awayFrom: ['other'],
      exclusive: true,
      fitness: 'spread',
      priority: 2,
      limit: { cpus: 10, memoryMiB: 100_000, tasks: 5 },
    },
  });
  const common = { awayFrom: ['other'], exclusive: true, fitness: 'spread' };
  const share = { priority: 2, weight: 1, limit: { cpus: 10, memMiB: 100_000, tasks: 5 } };
  t.deepEqual(placementOf(spec, 'jobManager') as unknown, {
    role: 'flink',
    placement: { ...common, constraints: [{ field: 'rack', operator: 'IS', value: 'r1' }], preferences: [] },
    share,
  });
  t.deepEqual(placementOf(spec, 'taskManager') as unknown, {
    role: 'flink',
    placement: {
      ...common,
      constraints: [{ field: 'hostname', operator: 'UNIQUE' }],
      preferences: [
        { field: 'disk', operator: 'IS', value: 'ssd' },
        { field: '@zone', operator: 'GROUP_BY' },
      ],
    },
    share,
  });
});

test('a TaskManager whose place is kept says so, and its disk includes the volume', (t) => {
  const spec = complete({ taskManager: { diskMiB: 100, kept: { volumeMiB: 50 } } });
  t.deepEqual(placementOf(spec, 'taskManager'), { keep: { volume: { sizeMiB: 50, path: 'volume' } } });
  t.deepEqual(placementOf(spec, 'jobManager'), {});
  t.is(diskOf(spec), 150);
  t.deepEqual(placementOf(complete({ taskManager: { kept: {} } }), 'taskManager'), { keep: {} });
});

test('measures of fitness, guarantees and starting together are handed on; near is near to itself unless it names another', (t) => {
  const parts = [{ by: 'pack', of: 'memory', weight: 2 } as const, { by: 'near' } as const];
  const other = { by: 'near', cluster: 'payments', weight: 3 } as const;
  const spec = complete({
    placement: {
      fitness: { parts: [...parts, other], goodEnough: 0.5 },
      guarantee: { memoryMiB: 100, tasks: 2 },
      together: true,
    },
  });
  const { placement, share, together } = placementOf(spec, 'taskManager');
  t.deepEqual(placement?.fitness as unknown, {
    goodEnough: 0.5,
    parts: [parts[0], { by: 'near', group: 'words' }, { by: 'near', group: 'payments', weight: 3 }],
  });
  t.deepEqual(share, { priority: 0, weight: 1, guarantee: { memMiB: 100, tasks: 2 } });
  t.is(together, 'taskmanagers');
  t.is(placementOf(spec, 'jobManager').together, undefined);
});
