/** One example of every kind of fact. The compiler rejects the table while a kind is missing. */
import type { ClusterName, JobId } from '../../src/flink/plan/records.ts';
import type { AgentId, FrameworkId, OfferId, TaskId } from '../../src/mesos-api-client/protocol/ids.ts';
import type { Fact } from '../../src/observability/fact.ts';
import type { MasterAddress } from '../../src/scheduler/model/master.ts';
import type { GroupName } from '../../src/scheduler/model/task.ts';

type Examples = { readonly [Kind in Fact['kind']]: Extract<Fact, { kind: Kind }> };

const taskId = 'alpha-1-tm-2' as TaskId;
const task = { taskId, group: 'alpha' as GroupName, part: 'taskmanager' };
const cluster = 'alpha' as ClusterName;
const agentId = 'agent-1' as AgentId;
const offerId = 'offer-1' as OfferId;
const master = '127.0.0.1:5050' as MasterAddress;
const job = '0123456789abcdef0123456789abcdef' as JobId;

export const examples: Examples = {
  'act.done': {
    kind: 'act.done',
    who: 'alice',
    by: 'token',
    method: 'DELETE',
    path: '/v1/clusters/alpha',
    status: 202,
    tookMs: 12,
  },
  'access.refused': { kind: 'access.refused', times: 3, method: 'GET', path: '/v1/clusters' },
  'master.connecting': { kind: 'master.connecting', master, attempt: 2 },
  'master.unknown': { kind: 'master.unknown' },
  'master.subscribed': { kind: 'master.subscribed', master, frameworkId: 'f-1' as FrameworkId, first: true },
  'master.lost': { kind: 'master.lost', problem: { code: 'closed', message: 'the end' }, retryInMs: 500 },
  'framework.stopped': { kind: 'framework.stopped', code: 'DEPOSED', message: 'another one' },
  'framework.removed': {
    kind: 'framework.removed',
    frameworkId: 'f-1' as FrameworkId,
    message: 'Framework has been removed',
    tasksLost: 3,
    anew: false,
  },
  'uninstall.started': { kind: 'uninstall.started' },
  'uninstall.finished': { kind: 'uninstall.finished', tookMs: 2000 },
  'task.kept': { kind: 'task.kept', ...task, state: 'TASK_RUNNING' },
  'offer.received': {
    kind: 'offer.received',
    offer: { offerId, agentId, hostname: 'host-1', role: '*', cpus: 2, memMiB: 4096, diskMiB: 100, ports: 1 },
  },
  'offer.declined': { kind: 'offer.declined', offerId, agentId, why: 'too small', refuseMs: 5000 },
  'offer.rescinded': { kind: 'offer.rescinded', offerId, known: false },
  'offers.suppressed': { kind: 'offers.suppressed', roles: ['flink'] },
  'offers.revived': { kind: 'offers.revived', roles: ['flink'] },
  'place.taken': { kind: 'place.taken', place: 'keep-t' as never, taskId: task.taskId, agentId, again: true },
  'place.releasing': { kind: 'place.releasing', place: 'keep-t' as never, agentId, why: 'its group has gone' },
  'place.released': { kind: 'place.released', place: 'keep-t' as never, agentId },
  'place.failed': {
    kind: 'place.failed',
    place: 'keep-t' as never,
    operation: 'CREATE',
    state: 'OPERATION_FAILED',
    message: 'no',
  },
  'offers.constrained': { kind: 'offers.constrained', roles: ['flink'] },
  'agent.leaving': { kind: 'agent.leaving', agentId, from: 1_000, forMs: 60_000, tasks: 2, accepted: false },
  'agent.stays': { kind: 'agent.stays', agentId, tasks: 2 },
  'task.requested': { kind: 'task.requested', ...task },
  'task.waiting': { kind: 'task.waiting', ...task, why: 'no agent has 8 cpus' },
  'task.launched': {
    kind: 'task.launched',
    ...task,
    agentId,
    hostname: 'host-1',
    ports: { rpc: 31000 },
    offerIds: [offerId],
    waitedMs: 1500,
  },
  'task.updated': { kind: 'task.updated', ...task, from: 'TASK_STARTING', state: 'TASK_RUNNING', sinceLaunchMs: 700 },
  'task.ended': {
    kind: 'task.ended',
    ...task,
    end: { state: 'TASK_FAILED', reason: 'REASON_COMMAND', message: 'exit 1\nmore', at: 1, wanted: false },
  },
  'task.killing': { kind: 'task.killing', ...task, why: 'too many', attempt: 1 },
  'task.contradicted': { kind: 'task.contradicted', taskId, state: 'TASK_RUNNING', why: 'it has ended' },
  'task.orphaned': { kind: 'task.orphaned', taskId, state: 'TASK_RUNNING' },
  'agent.failed': { kind: 'agent.failed', agentId },
  'reconciliation.started': { kind: 'reconciliation.started', tasks: 3 },
  'reconciliation.repeated': { kind: 'reconciliation.repeated', unanswered: 1, attempt: 2 },
  'reconciliation.finished': { kind: 'reconciliation.finished', tookMs: 20 },
  'call.refused': { kind: 'call.refused', call: 'ACCEPT', message: 'no' },
  'event.ignored': { kind: 'event.ignored', type: 'NEW_THING' },
  'cluster.created': { kind: 'cluster.created', cluster, flinkVersion: '2.3.0' },
  'cluster.scaled': { kind: 'cluster.scaled', cluster, from: 2, to: 5 },
  'cluster.updated': { kind: 'cluster.updated', cluster, from: 1, to: 2, jobs: 'savepoint' },
  'cluster.followed': { kind: 'cluster.followed', cluster, revision: 2 },
  'cluster.deleting': { kind: 'cluster.deleting', cluster },
  'cluster.deleted': { kind: 'cluster.deleted', cluster },
  'jobmanager.ready': { kind: 'jobmanager.ready', cluster, taskId, url: 'http://host-1:31001', sinceLaunchMs: 3000 },
  'jobmanager.lost': { kind: 'jobmanager.lost', cluster, taskId, relaunchInMs: 0 },
  'taskmanager.registered': { kind: 'taskmanager.registered', cluster, taskId, slots: 2, sinceLaunchMs: 4000 },
  'taskmanager.lost': { kind: 'taskmanager.lost', cluster, taskId, relaunchInMs: 2000 },
  'job.submitted': { kind: 'job.submitted', cluster, job, name: 'counter', from: 's3://cp/chk-7' },
  'job.refused': { kind: 'job.refused', cluster, job, why: 'no class\n\tat a.B' },
  'job.changed': { kind: 'job.changed', cluster, job, name: 'counter', from: 'CREATED', to: 'RUNNING' },
  'job.running': { kind: 'job.running', cluster, job, name: 'counter', tasks: 4, sinceSubmitMs: 1234 },
  'job.operated': { kind: 'job.operated', cluster, job, operation: 'savepoint', path: 'file:/savepoints/1' },
  'job.operation-failed': { kind: 'job.operation-failed', cluster, job, operation: 'stop', why: 'no such directory' },
  'job.lost': { kind: 'job.lost', cluster, job, why: 'its JobManager ended' },
  'flink.unreachable': { kind: 'flink.unreachable', cluster, why: 'connection refused' },
};
