/**
 * The live account of `npm start`: the few facts that a newcomer wants to follow on the way from an offer to a running
 * job, each as one short line with the seconds since the start. Everything else is in the log.
 */
import { firstLine } from './describe.ts';
import type { Fact, TimedFact } from './fact.ts';

/** A listener for the runtime's facts; `write` gets whole lines without their end. */
export function createAccount(startedAt: number, write: (line: string) => void): (timed: TimedFact) => void {
  let offersSeen = 0;
  return ({ at, fact }) => {
    if (fact.kind === 'offer.received' && offersSeen++ > 0) return;
    const line = accountOf(fact);
    if (line !== undefined) write(`${secondsSince(startedAt, at)}  ${line}`);
  };
}

export function secondsSince(startedAt: number, at: number): string {
  return `${((at - startedAt) / 1000).toFixed(1).padStart(6)} s`;
}

/** undefined: not worth a line. */
function accountOf(fact: Fact): string | undefined {
  switch (fact.kind) {
    case 'master.subscribed':
      return `${fact.first ? 'registered' : 'subscribed again'} at the Mesos master ${fact.master}`;
    case 'master.lost':
      return `Mesos master lost: ${firstLine(fact.problem.message)}`;
    case 'framework.stopped':
      return `stopped: ${fact.message}`;
    case 'offer.received':
      return `first offer: ${fact.offer.hostname}, ${fact.offer.cpus} cpus, ${fact.offer.memMiB} MiB`;
    case 'task.waiting':
      return `${fact.part} waits: ${fact.why}`;
    case 'task.launched':
      return `${fact.part} launched on ${fact.hostname} (${fact.taskId})`;
    case 'task.updated':
      return fact.state === 'TASK_RUNNING' ? `${fact.part} runs as a Mesos task (${fact.taskId})` : undefined;
    case 'task.ended':
      return `${fact.part} ended: ${fact.end.state} (${fact.taskId})${fact.end.message ? `, ${firstLine(fact.end.message)}` : ''}`;
    default:
      return accountOfFlink(fact);
  }
}

function accountOfFlink(fact: Fact): string | undefined {
  switch (fact.kind) {
    case 'cluster.created':
      return `cluster ${fact.cluster} created, Flink ${fact.flinkVersion}`;
    case 'cluster.deleted':
      return `cluster ${fact.cluster} deleted`;
    case 'jobmanager.ready':
      return `JobManager up at ${fact.url}`;
    case 'taskmanager.registered':
      return `TaskManager registered, ${fact.slots} slots (${fact.taskId})`;
    case 'jobmanager.lost':
    case 'taskmanager.lost':
      return `${fact.kind === 'jobmanager.lost' ? 'JobManager' : 'TaskManager'} lost (${fact.taskId})`;
    case 'job.submitted':
      return `job submitted (${fact.job})${fact.from === undefined ? '' : `, from ${fact.from}`}`;
    case 'job.changed':
      return `job ${fact.name ?? fact.job} ${fact.to}`;
    case 'job.running':
      return `job ${fact.name ?? fact.job}: all ${fact.tasks} subtasks run, ${(fact.sinceSubmitMs / 1000).toFixed(1)} s after its submission`;
    case 'job.refused':
    case 'job.lost':
      return `job ${fact.job} ${fact.kind === 'job.lost' ? 'lost' : 'refused'}: ${firstLine(fact.why)}`;
    default:
      return undefined;
  }
}
