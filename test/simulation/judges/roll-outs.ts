/**
 * How clusters come to another specification, from every write: revisions count up and keep what they say, and of a fixed number of
 * TaskManagers one goes after the other. What each process is made of in the end is seen of the processes themselves.
 */
import _ from 'lodash';
import type { ClusterRecord } from '../../../src/flink/plan/records.ts';
import { isBeingUpdated, revisionOf } from '../../../src/flink/plan/revisions.ts';
import type { CompleteClusterSpec } from '../../../src/flink/spec.ts';
import type { TaskInfo } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { TaskRecord } from '../../../src/scheduler/model/task.ts';
import type { World } from '../world.ts';
import type { Books } from './books.ts';
import type { Missing } from './calm.ts';
import type { Verdicts } from './verdicts.ts';

const why = 'the specification of the cluster has changed';

export class RollOutJudge {
  /** By cluster, whose names are never used again: all that it was ever to be, as it was written down. */
  readonly specs = new Map<string, CompleteClusterSpec[]>();
  readonly #verdicts: Verdicts;
  /** Its JobManager knows it. */
  readonly #registered: (taskId: string) => boolean;
  #replaced: TaskRecord[] = [];

  constructor(verdicts: Verdicts, registered: (taskId: string) => boolean) {
    this.#verdicts = verdicts;
    this.#registered = registered;
  }

  clusterWritten(before: ClusterRecord | undefined, next: ClusterRecord): void {
    if (before !== undefined) this.#revised(before, next);
    // Several updates of one turn are one write.
    const since = before === undefined ? 0 : revisionOf(before).number;
    if (since === revisionOf(next).number) return;
    const specs = (next.earlier ?? []).flatMap(({ number, spec }) => (number > since ? [spec] : []));
    this.specs.set(next.name, [...(this.specs.get(next.name) ?? []), ...specs, next.spec]);
  }

  taskWritten(before: TaskRecord | undefined, next: TaskRecord): void {
    const replaced = next.goal.kind === 'end' && next.goal.reason === why && before?.goal.kind === 'run';
    if (replaced && before.life.phase === 'launched') this.#replaced.push(before);
  }

  /** A transaction has been taken as a whole. */
  settled({ clusters, tasks }: Books): void {
    for (const { spec } of this.#replaced) {
      const cluster = clusters.get(spec.group);
      if (cluster === undefined) continue;
      const { held, hasty } = revisionOf(cluster);
      if (held === true) this.#verdicts.violated('I14', `${spec.taskId} is replaced although its update is held up`);
      if (hasty !== true && !this.#isInterrupted(spec.group)) this.#judgeTurn(spec, cluster, tasks);
    }
    this.#replaced = [];
  }

  /** Its JobManager goes, and everything else with it. */
  #isInterrupted(group: string): boolean {
    return this.#replaced.some(({ spec }) => spec.group === group && spec.part === 'jobmanager');
  }

  /** One that does work goes only when all the others are there. */
  #judgeTurn({ taskId, group, part }: TaskRecord['spec'], { spec }: ClusterRecord, tasks: Books['tasks']): void {
    if (spec.taskManagers.mode !== 'fixed' || !this.#registered(taskId)) return;
    let others = 0;
    for (const task of tasks.values())
      if (task.spec.group === group && task.spec.part === part && task.goal.kind === 'run') others += 1;
    if (others < spec.taskManagers.count - 1)
      this.#verdicts.violated(
        'I14',
        `${taskId} is replaced while ${others} others of ${spec.taskManagers.count} are there`,
      );
  }

  #revised(before: ClusterRecord, next: ClusterRecord): void {
    const [was, is] = [revisionOf(before), revisionOf(next)];
    if (is.number < was.number)
      this.#verdicts.violated('I11', `${next.name} went from revision ${was.number} back to ${is.number}`);
    if (is.number > was.number) return;
    if (was.followedAt !== undefined && is.followedAt === undefined)
      this.#verdicts.violated('I11', `revision ${is.number} of ${next.name} had been followed, and is not any more`);
    if (!_.isEqual(before.spec, next.spec))
      this.#verdicts.violated('I11', `${next.name} is to be something else, and it is no other revision`);
  }
}

/** Updates that have not been followed, and processes that are not made of what their clusters are to be. */
export function outdatedIn({ books, flinks }: World): Missing[] {
  const missing: Missing[] = [];
  for (const record of books.clusters.values())
    if (record.goal === 'run' && isBeingUpdated(record))
      missing.push({
        invariant: 'I14',
        what: `revision ${revisionOf(record).number} of ${record.name} is not followed`,
      });
  for (const { taskId, info } of flinks.processes.keys()) {
    const task = books.tasks.get(taskId);
    const record = task && books.clusters.get(task.spec.group);
    if (task === undefined || record?.revision === undefined) continue;
    if (_.isEqual(madeOf(info), toBeMadeOf(record, task))) continue;
    missing.push({
      invariant: 'I14',
      what: `${taskId} is made of ${JSON.stringify(madeOf(info))}, and is to be of ${JSON.stringify(toBeMadeOf(record, task))}`,
    });
  }
  return missing;
}

interface MadeOf {
  readonly memMiB: number;
  readonly home: string | undefined;
  readonly revised: string | undefined;
}

function madeOf({ resources = [], command }: TaskInfo): MadeOf {
  const variables = new Map(command?.environment?.variables?.map(({ name, value }) => [name, value]));
  const memMiB = _.sum(resources.map(({ name, scalar }) => (name === 'mem' ? (scalar?.value ?? 0) : 0)));
  return { memMiB, home: variables.get('FLINK_HOME'), revised: variables.get('REVISED') };
}

function toBeMadeOf({ spec, distribution }: ClusterRecord, task: TaskRecord): MadeOf {
  const elastic = spec.taskManagers.mode === 'elastic';
  const ownSize = task.spec.part === 'jobmanager' ? spec.jobManager.memoryMiB : spec.taskManager.memoryMiB;
  return {
    // Flink itself says how large workers are.
    memMiB: elastic && task.spec.part === 'taskmanager' ? task.spec.resources.memMiB : ownSize,
    home: distribution.kind === 'home' ? distribution.path : undefined,
    revised: spec.environment.REVISED,
  };
}
