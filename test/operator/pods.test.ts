import test from 'ava';
import { type ClusterLook, PodNumbers, podsOf } from '../../src/operator/pods.ts';
import { aCluster, aJob } from '../flink/cluster-fixture.ts';

const look = (state: 'RUNNING' | 'FINISHED'): ClusterLook => ({
  record: aCluster(
    { jobs: [aJob('1', { state })] },
    { application: { jar: { path: '/a.jar' } }, taskManagers: { mode: 'elastic', min: 1, max: 2, spare: 0 } },
  ),
  tasks: [],
  status: { phase: 'ended', reachable: false, taskManagers: 0, slots: 0, freeSlots: 0 },
  observation: undefined,
  whyWaiting: () => undefined,
});

test('an application that has ended has no pods, and lacks none', (t) => {
  t.deepEqual(
    podsOf(look('RUNNING'), new PodNumbers()).map(({ name }) => name),
    ['words-jobmanager-0', 'words-taskmanager-0'],
  );
  t.deepEqual(podsOf(look('FINISHED'), new PodNumbers()), []);
});
