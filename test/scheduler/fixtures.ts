/** What the tests of the core share: options, specs, offers, statuses, and a core that is driven input by input. */
import type { AgentId, FrameworkId, OfferId, TaskId } from '../../src/mesos-api-client/protocol/ids.ts';
import type { Offer, Range, Resource, TaskStatus } from '../../src/mesos-api-client/protocol/mesos.ts';
import type { SchedulerCall, SchedulerEvent } from '../../src/mesos-api-client/protocol/scheduler.ts';
import type { Frame } from '../../src/scheduler/model/frame.ts';
import type { Command, Input } from '../../src/scheduler/model/input.ts';
import type { ConnectionProblem, MasterAddress, SubscriptionId } from '../../src/scheduler/model/master.ts';
import type { SchedulerRecords } from '../../src/scheduler/model/records.ts';
import type { Scheduler, SchedulerOptions } from '../../src/scheduler/model/scheduler.ts';
import type { GroupName, TaskResources, TaskSpec } from '../../src/scheduler/model/task.ts';
import type { Timer } from '../../src/scheduler/model/timer.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';

export const options: SchedulerOptions = {
  framework: {
    user: 'flink',
    name: 'flink-mesos',
    roles: ['flink'],
    checkpoint: true,
    // As short as a new framework's: nothing is left to say once its id is known.
    failover_timeout: 120,
    capabilities: [{ type: 'MULTI_ROLE' }, { type: 'PARTITION_AWARE' }, { type: 'RESERVATION_REFINEMENT' }],
  },
  seed: 7,
  unreachableAfterMs: 0,
  launchTimeoutMs: 30_000,
  killRetryMs: 5_000,
  endedTasksKept: 20,
};

export const frameworkId = 'F-0001' as FrameworkId;
export const masterA = 'a:5050' as MasterAddress;
export const masterB = 'b:5050' as MasterAddress;
export const group = 'default' as GroupName;

export function agent(number: number): AgentId {
  return `S${number}` as AgentId;
}

export function id(taskId: string): TaskId {
  return taskId as TaskId;
}

export function taskSpec(
  taskId: string,
  overrides: Partial<Omit<TaskSpec, 'resources' | 'taskId'>> & { resources?: Partial<TaskResources> } = {},
): TaskSpec {
  const { resources, ...others } = overrides;
  return {
    taskId: taskId as TaskId,
    group,
    part: 'worker',
    name: taskId,
    resources: { cpus: 1, memMiB: 1024, diskMiB: 0, ports: ['rpc', 'data'], ...resources },
    process: {
      command: 'exec sleep 100',
      environment: { MODE: 'x' },
      uris: [],
      labels: { part: 'worker' },
      killGraceMs: 4_000,
    },
    ...others,
  };
}

export function scalar(name: string, value: number, more: Partial<Resource> = {}): Resource {
  return { name, type: 'SCALAR', scalar: { value }, allocation_info: { role: 'flink' }, ...more };
}

export function portsResource(...range: Range[]): Resource {
  return { name: 'ports', type: 'RANGES', ranges: { range }, allocation_info: { role: 'flink' } };
}

export interface OfferSizes {
  readonly cpus?: number;
  readonly mem?: number;
  readonly disk?: number;
  readonly ports?: Range[];
  readonly role?: string;
}

export function offer(
  offerId: string,
  agentId: AgentId,
  { cpus = 4, mem = 8192, disk = 10_000, ports = [{ begin: 31_000, end: 31_099 }], role = 'flink' }: OfferSizes = {},
): Offer {
  const resources = [scalar('cpus', cpus), scalar('mem', mem), scalar('disk', disk), portsResource(...ports)];
  return {
    id: { value: offerId as OfferId },
    framework_id: { value: frameworkId },
    agent_id: { value: agentId },
    hostname: `host-${agentId}`,
    resources: resources.map((resource) => ({ ...resource, allocation_info: { role } })),
    allocation_info: { role },
  };
}

/** A core with a clock of its own: each input is stamped, each frame is returned and kept. */
export class Driver {
  readonly scheduler: Scheduler;
  readonly frames: Frame[] = [];
  readonly inputs: Input[] = [];
  now = 1_000_000;
  subscription = 0 as SubscriptionId;

  constructor(records: SchedulerRecords = { tasks: [] }, overrides: Partial<SchedulerOptions> = {}) {
    this.scheduler = createScheduler({ ...options, ...overrides }, records);
  }

  step(input: Input extends infer Each ? (Each extends Input ? Omit<Each, 'at'> : never) : never, afterMs = 1): Frame {
    this.now += afterMs;
    const stamped = { at: this.now, ...input } as Input;
    const frame = this.scheduler.step(stamped);
    this.inputs.push(stamped);
    this.frames.push(frame);
    for (const call of frame.calls) {
      if (call.kind === 'subscribe') {
        this.subscription = call.subscription;
      }
    }
    return frame;
  }

  /** Leads, finds a master, and is subscribed there. The frame is that of SUBSCRIBED. */
  subscribe(masterVersion?: string): Frame {
    this.step({ kind: 'leadership', leading: true });
    this.step({ kind: 'masters', masters: [masterA] });
    return this.subscribed(masterVersion);
  }

  subscribed(version?: string): Frame {
    this.opened();
    return this.event({
      type: 'SUBSCRIBED',
      subscribed: {
        framework_id: { value: frameworkId },
        heartbeat_interval_seconds: 15,
        ...(version !== undefined && { master_info: { id: 'm', version } }),
      },
    });
  }

  opened(): Frame {
    return this.step({
      kind: 'connection',
      subscription: this.subscription,
      change: { kind: 'opened', master: masterA },
    });
  }

  failed(code: ConnectionProblem['code'], message: string = code, subscription = this.subscription): Frame {
    return this.step({ kind: 'connection', subscription, change: { kind: 'failed', problem: { code, message } } });
  }

  event(event: SchedulerEvent, subscription = this.subscription): Frame {
    return this.step({ kind: 'mesos', subscription, event });
  }

  offers(...offers: Offer[]): Frame {
    return this.event({ type: 'OFFERS', offers: { offers } });
  }

  update(
    status: { taskId: string; state: TaskStatus['state'] } & Omit<Partial<TaskStatus>, 'state' | 'task_id'>,
  ): Frame {
    const { taskId, ...others } = status;
    return this.event({
      type: 'UPDATE',
      update: { status: { agent_id: { value: agent(1) }, ...others, task_id: { value: taskId as TaskId } } },
    });
  }

  command(command: Command): Frame {
    return this.step({ kind: 'command', command });
  }

  launch(spec: TaskSpec): Frame {
    return this.command({ kind: 'launch', task: spec });
  }

  kill(taskId: string, reason = 'no longer wanted'): Frame {
    return this.command({ kind: 'kill', taskId: taskId as TaskId, reason });
  }

  timer(timer: Timer, afterMs = 1): Frame {
    return this.step({ kind: 'timer', timer }, afterMs);
  }

  task(taskId: string) {
    return this.scheduler.task(taskId as TaskId);
  }

  why(taskId: string) {
    return this.scheduler.whyWaiting(taskId as TaskId);
  }
}

export function callsOf<Type extends SchedulerCall['type']>(
  frame: Frame,
  type: Type,
): Extract<SchedulerCall, { type: Type }>[] {
  return frame.calls.flatMap((each) =>
    each.kind === 'call' && each.call.type === type ? [each.call as Extract<SchedulerCall, { type: Type }>] : [],
  );
}

export function callTypes(frame: Frame): string[] {
  return frame.calls.map((each) => (each.kind === 'call' ? each.call.type : each.kind));
}

export function factKinds(frame: Frame): string[] {
  return frame.facts.map((fact) => fact.kind);
}

export function timerOf(frame: Frame, kind: Timer['kind']) {
  return frame.timers.find(({ timer }) => timer.kind === kind);
}
