/**
 * The table of facts in words: for each kind how loud it is, one sentence for people, and its data. Facts carry ids,
 * states, sizes and reasons only; environment, configuration and arguments never enter one, so no secret can.
 */
import _ from 'lodash';
import type { ClusterFact } from '../flink/plan/facts.ts';
import type { ActFact } from '../lib/act-fact.ts';
import { unreachable } from '../lib/exhaustive.ts';
import type { OfferSummary, SchedulerFact } from '../scheduler/model/facts.ts';
import type { TaskEnd } from '../scheduler/model/task.ts';
import type { Fact, Level } from './fact.ts';

export interface Description {
  readonly level: Level;
  /** One sentence for people. */
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export function describe(fact: Fact): Description {
  const [level, text] = say(fact);
  return { level, text, data: _.omit(fact, 'kind') };
}

type Said = readonly [Level, string];

function say(fact: Fact): Said {
  if (isActFact(fact)) return sayOfActs(fact);
  return isClusterFact(fact) ? sayOfClusters(fact) : sayOfScheduler(fact);
}

function isActFact(fact: Fact): fact is ActFact {
  return fact.kind === 'act.done' || fact.kind === 'access.refused';
}

function sayOfActs(fact: ActFact): Said {
  switch (fact.kind) {
    case 'act.done': {
      const result = fact.status < 400 ? 'done' : 'refused';
      return ['info', `${fact.who} (${fact.by}): ${fact.method} ${fact.path} ${result} (${fact.status})`];
    }
    case 'access.refused':
      return ['warn', `turned away ${count(fact.times, 'request')}, the last one ${fact.method} ${fact.path}`];
    default:
      return unreachable(fact);
  }
}

function isClusterFact(fact: SchedulerFact | ClusterFact): fact is ClusterFact {
  return 'cluster' in fact;
}

function sayOfScheduler(fact: SchedulerFact): Said {
  switch (fact.kind) {
    case 'master.connecting':
      return ['info', `connecting to the Mesos master ${fact.master} (attempt ${fact.attempt})`];
    case 'master.unknown':
      return ['warn', 'no Mesos master is known at present'];
    case 'master.subscribed':
      return ['info', `${fact.first ? 'registered' : 'subscribed again'} at ${fact.master} as ${fact.frameworkId}`];
    case 'master.lost':
      return ['warn', `the Mesos master is lost: ${fact.problem.message}; next try in ${seconds(fact.retryInMs)}`];
    case 'framework.stopped':
      return ['error', `the framework has stopped (${fact.code}): ${fact.message}`];
    case 'framework.removed': {
      const lost = `${fact.message}: framework ${fact.frameworkId} is void, and ${count(fact.tasksLost, 'task')} with it`;
      return ['error', fact.anew ? `${lost}; a new one is registered` : lost];
    }
    case 'uninstall.started':
      return ['info', 'the service is being uninstalled: its clusters end, then its framework'];
    case 'uninstall.finished':
      return ['info', `the service is uninstalled, after ${seconds(fact.tookMs)}: nothing of it is left in Mesos`];
    case 'offer.received':
      return ['debug', `offer from ${fact.offer.hostname}: ${sizes(fact.offer)}`];
    case 'offer.declined':
      return ['debug', `offer of agent ${fact.agentId} declined for ${seconds(fact.refuseMs)}: ${fact.why}`];
    case 'offer.rescinded':
      return ['debug', `the master took offer ${fact.offerId} back${fact.known ? '' : ', which was not held'}`];
    case 'offers.suppressed':
      return ['debug', `nothing to place in ${fact.roles.join(', ')}: no more offers wanted`];
    case 'offers.revived':
      return ['debug', `tasks to place in ${fact.roles.join(', ')}: offers wanted`];
    case 'offers.constrained':
      return [
        'debug',
        fact.roles.length === 0
          ? 'the master may offer any agent again'
          : `the master is asked to offer only agents that suit what waits in ${fact.roles.join(', ')}`,
      ];
    case 'agent.leaving':
      return [
        'info',
        `the master asks for agent ${fact.agentId ?? 'resources'} back from ${new Date(fact.from).toISOString()}: ${
          fact.accepted ? 'nothing of ours is there' : `${count(fact.tasks, 'task')} of ours still there`
        }`,
      ];
    case 'agent.stays':
      return [
        'info',
        `agent ${fact.agentId} stays: the maintenance is called off, and ${count(fact.tasks, 'task')} with it may stay`,
      ];
    case 'place.taken':
    case 'place.releasing':
    case 'place.released':
    case 'place.failed':
      return sayOfPlace(fact);
    case 'reconciliation.started':
      return ['info', `asking the master after ${count(fact.tasks, 'task')}`];
    case 'reconciliation.repeated':
      return ['info', `${count(fact.unanswered, 'task')} not answered for: asking again (attempt ${fact.attempt})`];
    case 'reconciliation.finished':
      return ['info', `every task is answered for, after ${seconds(fact.tookMs)}`];
    case 'agent.failed':
      return ['warn', `agent ${fact.agentId} is gone or out of reach`];
    case 'call.refused':
      return ['warn', `the master refused a ${fact.call}, which had no effect: ${firstLine(fact.message)}`];
    case 'event.ignored':
      return ['debug', `an event of type ${fact.type} was ignored`];
    default:
      return sayOfTask(fact);
  }
}

function sayOfPlace(fact: Extract<SchedulerFact, { kind: `place.${string}` }>): Said {
  switch (fact.kind) {
    case 'place.taken':
      return [
        'info',
        `task ${fact.taskId} has place ${fact.place} at agent ${fact.agentId}${fact.again ? ' again' : ', which is kept'}`,
      ];
    case 'place.releasing':
      return ['info', `place ${fact.place} at agent ${fact.agentId} is to be given up: ${fact.why}`];
    case 'place.released':
      return ['info', `place ${fact.place} at agent ${fact.agentId} is given up`];
    case 'place.failed':
      return ['warn', `${fact.operation} of place ${fact.place} is ${fact.state}${because(fact)}`];
    default:
      return unreachable(fact);
  }
}

function sayOfTask(fact: Extract<SchedulerFact, { kind: `task.${string}` }>): Said {
  switch (fact.kind) {
    case 'task.requested':
      return ['info', `task ${fact.taskId} wanted (${fact.part} of ${fact.group})`];
    case 'task.waiting':
      return ['info', `task ${fact.taskId} waits: ${fact.why}`];
    case 'task.launched':
      return ['info', `task ${fact.taskId} launched on ${fact.hostname}${ports(fact.ports)}, ${waited(fact.waitedMs)}`];
    case 'task.updated':
      return [
        fact.state === 'TASK_UNREACHABLE' ? 'warn' : 'info',
        `task ${fact.taskId} is ${fact.state}, ${seconds(fact.sinceLaunchMs)} after its launch${because(fact)}`,
      ];
    case 'task.ended':
      return [fact.end.wanted ? 'info' : 'warn', `task ${fact.taskId} has ended: ${howEnded(fact.end)}`];
    case 'task.killing':
      return ['info', `killing task ${fact.taskId} (attempt ${fact.attempt}): ${fact.why}`];
    case 'task.contradicted':
      return ['warn', `an update of task ${fact.taskId} to ${fact.state} cannot be: ${fact.why}`];
    case 'task.kept':
      return ['info', `${fact.part} ${fact.taskId} is back (${fact.state}) and kept`];
    case 'task.orphaned':
      return ['warn', `task ${fact.taskId} (${fact.state}) runs but is not known here: it is killed`];
    default:
      return unreachable(fact);
  }
}

function sayOfClusters(fact: ClusterFact): Said {
  switch (fact.kind) {
    case 'cluster.created':
      return ['info', `cluster ${fact.cluster} created, Flink ${fact.flinkVersion}`];
    case 'cluster.scaled':
      return ['info', `cluster ${fact.cluster} is to have ${count(fact.to, 'TaskManager')} instead of ${fact.from}`];
    case 'cluster.updated':
      return [
        'info',
        `cluster ${fact.cluster} is brought to revision ${fact.to} of its specification; its jobs go on from a ${fact.jobs}`,
      ];
    case 'cluster.followed':
      return ['info', `all processes of cluster ${fact.cluster} follow revision ${fact.revision}`];
    case 'cluster.deleting':
      return ['info', `cluster ${fact.cluster} is being deleted`];
    case 'cluster.deleted':
      return ['info', `cluster ${fact.cluster} is deleted`];
    case 'jobmanager.ready':
      return [
        'info',
        `JobManager of ${fact.cluster} up at ${fact.url}, ${seconds(fact.sinceLaunchMs)} after its launch`,
      ];
    case 'jobmanager.lost':
      return ['warn', `JobManager of ${fact.cluster} lost; a new one ${soon(fact.relaunchInMs)}`];
    case 'taskmanager.registered':
      return [
        'info',
        `TaskManager ${fact.taskId} registered at ${fact.cluster} with ${count(fact.slots, 'slot')}, ${seconds(fact.sinceLaunchMs)} after its launch`,
      ];
    case 'taskmanager.lost':
      return ['warn', `TaskManager ${fact.taskId} of ${fact.cluster} lost; a new one ${soon(fact.relaunchInMs)}`];
    case 'flink.unreachable':
      return ['warn', `the JobManager of ${fact.cluster} does not answer: ${fact.why}`];
    default:
      return sayOfJob(fact);
  }
}

function sayOfJob(fact: Extract<ClusterFact, { kind: `job.${string}` }>): Said {
  const job = 'name' in fact && fact.name !== undefined ? `"${fact.name}" (${fact.job})` : fact.job;
  switch (fact.kind) {
    case 'job.submitted':
      return ['info', `job ${job} given to ${fact.cluster}${fact.from === undefined ? '' : `, from ${fact.from}`}`];
    case 'job.operated':
      return [
        'info',
        `${fact.operation} of job ${job} of ${fact.cluster} is done${fact.path === undefined ? '' : `: ${fact.path}`}`,
      ];
    case 'job.operation-failed':
      return ['warn', `${fact.operation} of job ${job} of ${fact.cluster} failed: ${firstLine(fact.why)}`];
    case 'job.refused':
      return ['error', `${fact.cluster} refused job ${job}: ${firstLine(fact.why)}`];
    case 'job.changed':
      return [
        fact.to === 'FAILED' ? 'error' : fact.to === 'RESTARTING' || fact.to === 'FAILING' ? 'warn' : 'info',
        `job ${job} of ${fact.cluster} is ${fact.to} (was ${fact.from})`,
      ];
    case 'job.running':
      return [
        'info',
        `job ${job} of ${fact.cluster}: all ${count(fact.tasks, 'subtask')} run, ${seconds(fact.sinceSubmitMs)} after its submission`,
      ];
    case 'job.lost':
      return ['error', `job ${job} of ${fact.cluster} is lost: ${firstLine(fact.why)}`];
    default:
      return unreachable(fact);
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function soon(ms: number): string {
  return ms <= 0 ? 'is launched now' : `is launched in ${seconds(ms)}`;
}

function waited(ms: number): string {
  return `${seconds(ms)} after it was wanted`;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function sizes(offer: OfferSummary): string {
  const { cpus, memMiB, diskMiB, ports: numberOfPorts } = offer;
  return `${cpus} cpus, ${memMiB} MiB memory, ${diskMiB} MiB disk, ${count(numberOfPorts, 'port')}`;
}

function ports(named: Readonly<Record<string, number>>): string {
  const list = Object.entries(named).map(([name, port]) => `${name} ${port}`);
  return list.length === 0 ? '' : ` (${list.join(', ')})`;
}

function because({ reason, message }: { reason?: string; message?: string }): string {
  const why = [reason, message && firstLine(message)].filter(Boolean).join(', ');
  return why === '' ? '' : `: ${why}`;
}

function howEnded(end: TaskEnd): string {
  return `${end.state}${end.wanted ? ', as wanted' : ''}${because(end)}`;
}

/** Messages of Flink and of executors may be whole stack traces: the data keeps them, the sentence does not. */
export function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
