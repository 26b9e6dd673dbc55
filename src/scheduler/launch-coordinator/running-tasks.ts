/** The tasks of ours that are at an agent, as constraints and people look at them: by agent, with what they hold there. */
import type { AgentId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { GroupName, Placement, TaskRecord, TaskSpec } from '../model/task.ts';
import { fieldOf } from './matching/index.ts';
import { located, type Place } from './place.ts';
import { type Amounts, amountsWanted, sumOfAmounts } from './pools.ts';
import { isOpenToAll, labelsOf } from './wishes.ts';

export interface RunningTask {
  readonly spec: TaskSpec;
  readonly place: Place;
  /** The named sets that it uses there. */
  readonly sets?: Placement['sets'];
}

export class RunningTasks {
  readonly #byAgent = new Map<AgentId, RunningTask[]>();
  readonly #byGroup = new Map<GroupName, RunningTask[]>();
  readonly #ids = new Set<TaskId>();
  readonly #ending = new Set<TaskId>();
  #guarded = false;
  /** Made when first asked for. */
  #byLabel: Map<string, RunningTask[]> | undefined;

  readonly #remembered: (group: GroupName) => readonly TaskRecord[];

  /** `remembered`: what is known of a group's tasks, ended ones too. */
  constructor(records: Iterable<TaskRecord>, remembered: (group: GroupName) => readonly TaskRecord[] = () => []) {
    this.#remembered = remembered;
    for (const { spec, life, goal } of records) {
      if (life.phase === 'launched') {
        if (goal.kind === 'end') {
          this.#ending.add(spec.taskId);
        }
        const { agentId, hostname, attributes = {}, domain, sets } = life.placement;
        this.add({ spec, place: { agentId, hostname, attributes, ...(domain && { domain }) }, ...(sets && { sets }) });
      }
    }
  }

  add(task: RunningTask): void {
    const { taskId, group } = task.spec;
    this.#ids.add(taskId);
    this.#guarded ||= !isOpenToAll(task.spec);
    push(this.#byAgent, task.place.agentId, task);
    push(this.#byGroup, group, task);
    if (this.#byLabel !== undefined) {
      label(this.#byLabel, task);
    }
  }

  /** Some of them keep others away from their agents. */
  get guarded(): boolean {
    return this.#guarded;
  }

  all(): readonly RunningTask[] {
    return [...this.#byGroup.values()].flat();
  }

  /** The value of the field for each task that bears the label and whose agent has the field. */
  values(among: string, field: string): readonly string[] {
    if (this.#byLabel === undefined) {
      this.#byLabel = new Map();
      for (const task of this.all()) {
        label(this.#byLabel, task);
      }
    }
    const tasks = this.#byLabel.get(among) ?? [];
    return tasks.flatMap(({ place }) => fieldOf(located(place), field) ?? []);
  }

  /** It is there, and is to stay. */
  stays(taskId: TaskId): boolean {
    return this.#ids.has(taskId) && !this.#ending.has(taskId);
  }

  at(agentId: AgentId): readonly RunningTask[] {
    return this.#byAgent.get(agentId) ?? [];
  }

  ofGroup(group: GroupName): readonly RunningTask[] {
    return this.#byGroup.get(group) ?? [];
  }

  /** The agents where tasks of its group and part were before. */
  formerAgents({ group, part }: TaskSpec): ReadonlySet<AgentId> {
    const ended = this.#remembered(group).filter(({ spec, life }) => spec.part === part && life.phase === 'ended');
    return new Set(ended.flatMap(({ life }) => (life.phase === 'ended' ? (life.placement?.agentId ?? []) : [])));
  }

  agents(): Iterable<AgentId> {
    return this.#byAgent.keys();
  }

  groups(): Iterable<GroupName> {
    return this.#byGroup.keys();
  }
}

export function sumOf(tasks: readonly RunningTask[]): Amounts {
  return sumOfAmounts(tasks.map(({ spec }) => amountsWanted(spec.resources)));
}

function label(labelled: Map<string, RunningTask[]>, task: RunningTask): void {
  for (const each of labelsOf(task.spec)) {
    push(labelled, each, task);
  }
}

function push<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const items = map.get(key);
  if (items === undefined) {
    map.set(key, [item]);
  } else {
    items.push(item);
  }
}
