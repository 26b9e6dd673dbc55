/** The tasks of ours that are at an agent, as constraints and people look at them: by agent, with what they hold there. */
import type { AgentId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { AgentDomain } from '../model/placement.ts';
import type { GroupName, TaskRecord, TaskSpec } from '../model/task.ts';
import { type Amounts, amountsWanted } from './pools.ts';

/** Where a task runs or is about to: of the agent what constraints ask for. */
export interface Place {
  readonly agentId: AgentId;
  readonly hostname: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly domain?: AgentDomain;
}

export interface RunningTask {
  readonly spec: TaskSpec;
  readonly place: Place;
}

export class RunningTasks {
  readonly #byAgent = new Map<AgentId, RunningTask[]>();
  readonly #byGroup = new Map<GroupName, RunningTask[]>();
  readonly #ids = new Set<TaskId>();
  readonly #ending = new Set<TaskId>();
  #guarded = false;

  constructor(records: Iterable<TaskRecord>) {
    for (const { spec, life, goal } of records) {
      if (life.phase === 'launched') {
        if (goal.kind === 'end') {
          this.#ending.add(spec.taskId);
        }
        const { agentId, hostname, attributes = {}, domain } = life.placement;
        this.add({ spec, place: { agentId, hostname, attributes, ...(domain && { domain }) } });
      }
    }
  }

  /** Some of them keep others away from their agents. */
  get guarded(): boolean {
    return this.#guarded;
  }

  add(task: RunningTask): void {
    const { placement } = task.spec;
    this.#guarded ||= placement !== undefined && (placement.exclusive || placement.awayFrom.length > 0);
    this.#ids.add(task.spec.taskId);
    push(this.#byAgent, task.place.agentId, task);
    push(this.#byGroup, task.spec.group, task);
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

  agents(): Iterable<AgentId> {
    return this.#byAgent.keys();
  }

  groups(): Iterable<GroupName> {
    return this.#byGroup.keys();
  }
}

export function sumOf(tasks: readonly RunningTask[]): Amounts {
  const sum = { cpus: 0, mem: 0, disk: 0, ports: 0 };
  for (const { spec } of tasks) {
    const { cpus, mem, disk, ports } = amountsWanted(spec.resources);
    sum.cpus += cpus;
    sum.mem += mem;
    sum.disk += disk;
    sum.ports += ports;
  }
  return sum as Amounts;
}

function push<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const items = map.get(key);
  if (items === undefined) {
    map.set(key, [item]);
  } else {
    items.push(item);
  }
}
