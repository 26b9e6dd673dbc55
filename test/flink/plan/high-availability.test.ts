/** JobManagers that ZooKeeper keeps: their successors and standbys, and jobs that come by themselves. */
import test from 'ava';
import { saveDriverState } from '../../../src/flink/driver/saved-state.ts';
import { noDriver } from '../../../src/flink/driver/sessions.ts';
import type { AgentId } from '../../../src/mesos-api-client/protocol/ids.ts';
import { aCluster, clusterName, job, kindsOf, observed, taskId, World } from '../cluster-fixture.ts';

const zooKeeper = (standbys = 0) => ({ mode: 'zookeeper', quorum: 'zk1:2181', standbys }) as const;

function cluster(standbys = 0): World {
  const spec = { taskManagers: { mode: 'fixed', count: 2 }, highAvailability: zooKeeper(standbys) } as const;
  return new World(aCluster({}, spec)).up();
}

test('a JobManager that comes back anywhere keeps its TaskManagers', (t) => {
  const world = cluster();
  world.end(world.task('jobmanager').spec.taskId);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  t.is(world.task('jobmanager').spec.prefer, undefined, 'any place will do');
  world.run(world.task('jobmanager').spec.taskId, { agentId: 'agent-2' as AgentId, hostname: 'agent2' });
  t.deepEqual(world.plan(), []);
  t.is(world.alive('taskmanager').length, 2);
});

test('a job that Flink brings back is not submitted again, and keeps its id and its state until it is seen', (t) => {
  const world = cluster();
  world.runJob('1');
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  world.runAll();
  t.is(world.jobRecord('1').state, 'RUNNING');
  world.see([observed('1')]);
  t.deepEqual(world.plan(), []);
  t.like(world.jobRecord('1'), { state: 'RUNNING', resumed: 0, jobManager: world.record.jobManager?.taskId });
});

test('a job that somebody else submitted lives on too', (t) => {
  const world = cluster();
  world.see([observed('2')]);
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  t.is(world.jobRecord('2').state, 'RUNNING');
});

test('a job that the successor never lists is given up after a minute, with a word', (t) => {
  const world = cluster();
  world.runJob('1');
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  world.runAll();
  world.see();
  world.pass(59_000);
  world.see();
  t.is(world.jobRecord('1').state, 'RUNNING');
  world.pass(1_000);
  world.see();
  t.is(world.jobRecord('1').state, 'FAILED');
  t.true(world.kinds().includes('job.lost'));
});

test('a submission whose JobManager was lost is looked for first, and repeated under the same id', (t) => {
  const world = cluster();
  world.submit('1');
  t.deepEqual(kindsOf(world.plan()), ['submit-job']);
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  world.runAll();
  world.see();
  t.deepEqual(world.plan(), [], 'it may come by itself');
  world.pass(3_000);
  world.see();
  const [again] = world.plan();
  t.like(again, { kind: 'submit-job', flinkJobId: job('1'), resume: false });
});

test('standbys: as many as wished, on agents of their own; one takes over, and another one comes', (t) => {
  const world = cluster(1);
  t.is(world.alive('jobmanager').length, 2);
  const unique = { field: '@agent', operator: 'UNIQUE' };
  t.deepEqual(world.task('jobmanager').spec.placement?.constraints, [unique]);
  const [leading, standby] = world.alive('jobmanager');
  t.is(world.record.jobManager?.taskId, leading?.spec.taskId);
  world.end(leading?.spec.taskId ?? world.task('jobmanager').spec.taskId);
  t.deepEqual(kindsOf(world.plan()), ['launch'], 'a new standby, and nothing for the TaskManagers');
  t.is(world.record.jobManager?.taskId, standby?.spec.taskId);
  t.deepEqual(world.plan(), []);
  world.restart();
  t.deepEqual(world.plan(), []);
});

test('a standby that is lost is replaced, and the one that leads is left alone', (t) => {
  const world = cluster(1);
  const [leading, standby] = world.alive('jobmanager');
  world.end(standby?.spec.taskId ?? world.task('jobmanager').spec.taskId);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  t.is(world.record.jobManager?.taskId, leading?.spec.taskId);
});

test('of two that started together the one whose driver attached is the one that leads', (t) => {
  const driver = {
    secretDigest: '00',
    jar: { digest: 'd', fileName: 'x.jar', bytes: 1 },
    state: saveDriverState(noDriver),
  };
  const spec = { taskManagers: { mode: 'elastic', min: 0, max: 4, spare: 0 }, highAvailability: zooKeeper(1) } as const;
  const world = new World(aCluster({ driver }, spec)).up();
  const [first, second] = world.alive('jobmanager');
  t.is(world.record.jobManager?.taskId, first?.spec.taskId);
  const ports = second?.life.phase === 'launched' ? second.life.placement.ports : {};
  const web = `http://agent1:${ports.rest}`;
  const call = { kind: 'attach', session: '1'.repeat(32), version: '2.3.0', rpc: 'agent1', web } as const;
  world.take({ kind: 'driver', cluster: clusterName, call });
  t.deepEqual(world.plan(), []);
  t.is(world.record.jobManager?.taskId, second?.spec.taskId);
  world.end(second?.spec.taskId ?? taskId('none'));
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  t.is(world.record.jobManager?.taskId, first?.spec.taskId);
});

test('a cluster that is deleted asks its JobManager to leave nothing behind, and kills it if it does not end', (t) => {
  const world = cluster(1);
  const [leading] = world.alive('jobmanager');
  world.take({ kind: 'command', command: { kind: 'delete', cluster: clusterName } });
  t.deepEqual(kindsOf(world.plan()).toSorted(), ['kill', 'kill', 'kill', 'shut-down']);
  t.is(world.alive('jobmanager').find(({ goal }) => goal.kind === 'run')?.spec.taskId, leading?.spec.taskId);
  world.endKilled();
  t.deepEqual(world.plan(), []);
  world.pass(15_000);
  t.deepEqual(kindsOf(world.plan()), ['kill']);
  world.endKilled();
  t.deepEqual(kindsOf(world.plan()), ['forget']);
});
