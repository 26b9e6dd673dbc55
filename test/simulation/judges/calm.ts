/**
 * What must be so when the faults have ended: each thing that is not yet as wanted, in words, with the invariant that it
 * would break if it stayed so.
 */

import { isAttemptOf } from '../../../src/flink/plan/flink-job-id.ts';
import { hasEnded as jobHasEnded } from '../../../src/flink/plan/job-states.ts';
import type { ClusterRecord } from '../../../src/flink/plan/records.ts';
import { hasEnded as flinkHasEnded } from '../flink/job-manager.ts';
import type { World } from '../world.ts';
import { unsettledIn } from './operations.ts';
import { outdatedIn } from './roll-outs.ts';
import type { InvariantId } from './verdicts.ts';

export interface Missing {
  readonly invariant: InvariantId;
  readonly what: string;
}

/** The first things that are missing; none: all is as wanted. */
export function missingIn(world: World): Missing[] {
  if (world.operator.uninstall !== 'no') return ended(world);
  return (
    service(world) ?? [
      ...clusters(world),
      ...processes(world),
      ...outdatedIn(world),
      ...updates(world),
      ...offers(world),
    ]
  );
}

/** Of a service that was uninstalled nothing is left, and its scheduler says so. */
function ended(world: World): Missing[] {
  const { leader, masters, flinks, books } = world;
  const abandoned = abandonedIn(world);
  if (leader?.house === undefined) return [{ invariant: 'I14', what: 'no scheduler leads' }];
  const missing: Missing[] = [];
  const miss = (invariant: InvariantId, what: string) => missing.push({ invariant, what });
  const { uninstall } = leader.house.runtime.scheduler();
  if (uninstall?.stage !== 'done') miss('I14', `the service is not uninstalled, but waits for ${uninstall?.stage}`);
  for (const { taskId } of flinks.processes.keys())
    if (!abandoned.has(taskId)) miss('I2', `process ${taskId} lives on without its service`);
  for (const { id, stream } of masters.state?.frameworks.values() ?? [])
    if (stream !== undefined) miss('I2', `framework ${id} is still there`);
  for (const record of books.records) if (record !== 'framework/uninstall') miss('I2', `record ${record} is left`);
  return missing;
}

function service({ leader, masters }: World): Missing[] | undefined {
  if (leader?.house === undefined) return [{ invariant: 'I14', what: 'no scheduler leads' }];
  if (masters.state === undefined) return [{ invariant: 'I14', what: 'no master leads' }];
  const { connection, reconciled } = leader.house.runtime.scheduler();
  if (connection.state !== 'subscribed')
    return [
      {
        invariant: 'I14',
        what: `the scheduler is not subscribed, but ${connection.state}`,
      },
    ];
  return reconciled ? undefined : [{ invariant: 'I14', what: 'tasks are not reconciled' }];
}

function clusters(world: World): Missing[] {
  const missing: Missing[] = [];
  for (const { name, there, jobs } of world.operator.clusters.values()) {
    const record = world.books.clusters.get(name);
    if (record === undefined) {
      if (there === 'yes')
        missing.push({
          invariant: 'I1',
          what: `cluster ${name} was promised and is not there`,
        });
      continue;
    }
    if (there === 'no' || record.goal === 'delete') {
      missing.push({
        invariant: 'I14',
        what: `cluster ${name} is deleted and still there`,
      });
      continue;
    }
    for (const [id, { cancelled }] of jobs) {
      const job = record.jobs.find((each) => each.id === id);
      if (cancelled === 'yes' && job?.goal === 'run' && !jobHasEnded(job.state))
        missing.push({
          invariant: 'I14',
          what: `job ${id.slice(0, 8)} of ${name} was cancelled and is ${job.state}`,
        });
      if (job === undefined)
        missing.push({
          invariant: 'I9',
          what: `job ${id.slice(0, 8)} of ${name} was promised and is not there`,
        });
    }
    missing.push(...cluster(world, record));
  }
  return missing;
}

function cluster(world: World, record: ClusterRecord): Missing[] {
  const { name, spec } = record;
  const id = record.jobManager?.taskId ?? '';
  const jobManager = world.flinks.jobManagers.get(id);
  if (jobManager?.ready !== true) return [{ invariant: 'I1', what: `${name} has no JobManager that answers` }];
  const { driver } = jobManager;
  const wanted = spec.taskManagers.mode === 'fixed' ? spec.taskManagers.count : (driver?.count ?? 0);
  if (driver?.content === false) return [{ invariant: 'I14', what: `${name} has not what its jobs need` }];
  if (jobManager.taskManagers.size !== wanted)
    return [
      {
        invariant: 'I1',
        what: `${name} has ${jobManager.taskManagers.size} of ${wanted} TaskManagers`,
      },
    ];
  const missing: Missing[] = [];
  for (const job of record.jobs) {
    const what = `job ${job.id.slice(0, 8)} of ${name}`;
    if (job.state === 'FAILED')
      missing.push({
        invariant: 'I9',
        what: `${what} is FAILED: ${job.failure ?? ''}`,
      });
    const flinks = [...jobManager.jobs.values()].filter((each) => isAttemptOf(job, each.id) && !flinkHasEnded(each));
    const endless = world.operator.isEndless(name, job.id);
    missing.push(...unsettledIn({ cluster: name, job, name: what, endless, flink: flinks[0] }, world.flinks.storage));
    if (flinks.length > 1)
      missing.push({
        invariant: 'I9',
        what: `${what} runs ${flinks.length} times`,
      });
    if (jobHasEnded(job.state)) {
      if (flinks.length > 0)
        missing.push({
          invariant: 'I9',
          what: `${what} is ${job.state} and runs`,
        });
      continue;
    }
    if (job.goal === 'cancel')
      missing.push({
        invariant: 'I14',
        what: `${what} is cancelled and still ${job.state}`,
      });
    const running = flinks[0]?.state === 'RUNNING';
    const needs = flinks[0]?.parallelism ?? 0;
    if (!running || job.state !== 'RUNNING') {
      // Others may have the slots.
      const short = jobManager.slots - jobManager.busySlots < needs && ['CREATED', 'RESTARTING'].includes(job.state);
      if (!short)
        missing.push({
          invariant: 'I9',
          what: `${what} does not run, but is ${job.state}`,
        });
    }
  }
  return missing;
}

function processes(world: World): Missing[] {
  const { flinks, books } = world;
  const missing: Missing[] = [];
  const abandoned = abandonedIn(world);
  const living = new Set<string>();
  for (const { taskId } of flinks.processes.keys()) {
    if (abandoned.has(taskId)) continue;
    living.add(taskId);
    const task = books.tasks.get(taskId);
    if (task?.life.phase !== 'launched' || task.goal.kind !== 'run')
      missing.push({
        invariant: 'I2',
        what: `process ${taskId} lives and nobody wants it`,
      });
  }
  for (const [id, task] of books.tasks) {
    if (task.life.phase === 'launched' && !living.has(id))
      missing.push({
        invariant: 'I1',
        what: `task ${id} is ${task.life.state} by the books and has no process`,
      });
  }
  return missing;
}

/**
 * Tasks of a framework that was removed while their agent was away, and a new master before it came back: masters remember no
 * removed frameworks, so it holds on to them. Nobody of ours is let near.
 */
function abandonedIn({ agents, books }: World): ReadonlySet<string> {
  const found = new Set<string>();
  if (books.removed.size > 0)
    for (const agent of agents)
      for (const { taskId, frameworkId } of agent.view().entries) if (books.isOver(frameworkId)) found.add(taskId);
  return found;
}

function updates({ agents, books }: World): Missing[] {
  for (const agent of agents) {
    if (agent.gone || agent.down) continue;
    const waiting = agent
      .view()
      .entries.find(({ pending, frameworkId }) => pending.length > 0 && !books.isOver(frameworkId));
    if (waiting !== undefined)
      return [
        {
          invariant: 'I5',
          what: `an update of ${waiting.taskId} was never acknowledged`,
        },
      ];
  }
  return [];
}

function offers({ masters, leader, books }: World): Missing[] {
  // A scheduler that was deposed before the first registration was written down may have registered once more; nobody
  // connects as that framework again, and it never has a task.
  const all = [...(masters.state?.frameworks.values() ?? [])];
  const ours = all.filter(
    ({ id, tasks, stream }) =>
      id === books.framework?.frameworkId || (tasks.size > 0 && !books.isOver(id)) || stream !== undefined,
  );
  const waiting = leader?.house?.runtime.scheduler().tasksWaiting ?? 0;
  const missing: Missing[] = [];
  if (ours.length > 1)
    missing.push({
      invariant: 'I7',
      what: `there are ${ours.length} frameworks`,
    });
  for (const framework of ours) {
    if (waiting > 0)
      missing.push({
        invariant: 'I14',
        what: `${waiting} tasks wait for offers`,
      });
    else if (framework.offers.size > 0)
      missing.push({
        invariant: 'I8',
        what: `${framework.offers.size} offers are held (${[...framework.offers.keys()].slice(0, 3).join(', ')}), and nothing waits`,
      });
    else if (framework.suppressedRoles.size < framework.roles.length)
      missing.push({
        invariant: 'I8',
        what: 'nothing waits, and offers are wanted',
      });
  }
  return missing;
}
