/**
 * An agent of the embedded Mesos whose tasks are entries of a table: it reports STARTING and RUNNING as a command executor
 * does, one update at a time, each once the one before it was acknowledged, and KILLED when it is told to end a task.
 */
import { randomBytes } from 'node:crypto';
import type { AgentLink, MasterToAgent } from '../../src/local-mesos/model/agent-protocol.ts';
import type { AgentId, FrameworkId, TaskId } from '../../src/mesos-api-client/protocol/ids.ts';
import type { Resource, TaskInfo, TaskStatus } from '../../src/mesos-api-client/protocol/mesos.ts';
import type { TaskState } from '../../src/mesos-api-client/protocol/task-state.ts';

export interface ModelAgentEvents {
  launched(taskId: TaskId): void;
  acknowledged(taskId: TaskId): void;
  /** Whether updates are sent at present; those that are held are sent by `release`. */
  mayReport(): boolean;
}

interface Entry {
  readonly frameworkId: FrameworkId;
  readonly info: TaskInfo;
  /** What is still to be told, the oldest first; the first one waits for its acknowledgement once it was sent. */
  readonly untold: TaskState[];
  state: TaskState;
  pending?: TaskStatus;
}

export class ModelAgent {
  readonly #link: AgentLink;
  readonly #events: ModelAgentEvents;
  readonly #tasks = new Map<TaskId, Entry>();
  #id = '' as AgentId;

  constructor(link: AgentLink, sizes: { cpus: number; memMiB: number; ports: number }, events: ModelAgentEvents) {
    this.#link = link;
    this.#events = events;
    link.onMessage((message) => this.#take(message));
    // Nobody answers at port 1: a JobManager of this model is a silent one.
    link.send({
      type: 'REGISTER',
      agent: { hostname: '127.0.0.1', port: 1, resources: resourcesOf(sizes), attributes: [] },
    });
  }

  release(): void {
    for (const entry of this.#tasks.values()) this.#report(entry);
  }

  #take(message: MasterToAgent): void {
    switch (message.type) {
      case 'REGISTERED':
        this.#id = message.agentId;
        break;
      case 'PING':
        this.#link.send({ type: 'PONG' });
        break;
      case 'RUN_TASK':
        this.#run(message);
        break;
      case 'KILL_TASK':
        this.#kill(message.taskId);
        break;
      case 'ACKNOWLEDGE':
        this.#acknowledged(message.taskId, message.uuid);
        break;
      case 'UPDATE_FRAMEWORK':
        for (const entry of this.#tasks.values()) this.#send(entry);
        break;
      case 'SHUTDOWN':
      case 'SHUTDOWN_FRAMEWORK':
        this.#tasks.clear();
        break;
    }
  }

  #run({ framework, task }: Extract<MasterToAgent, { type: 'RUN_TASK' }>): void {
    const frameworkId = framework.id?.value;
    if (frameworkId === undefined) throw new Error('a framework without an id');
    const entry: Entry = { frameworkId, info: task, untold: ['TASK_STARTING', 'TASK_RUNNING'], state: 'TASK_STAGING' };
    this.#tasks.set(task.task_id.value, entry);
    this.#events.launched(task.task_id.value);
    this.#report(entry);
  }

  #kill(taskId: TaskId): void {
    const entry = this.#tasks.get(taskId);
    if (entry === undefined || entry.untold.includes('TASK_KILLED')) return;
    entry.untold.push('TASK_KILLED');
    this.#report(entry);
  }

  #acknowledged(taskId: TaskId, uuid: string): void {
    const entry = this.#tasks.get(taskId);
    if (entry?.pending?.uuid !== uuid) return;
    entry.pending = undefined;
    this.#events.acknowledged(taskId);
    if (entry.state === 'TASK_KILLED') this.#tasks.delete(taskId);
    else this.#report(entry);
  }

  /** The next update, where none is under way. */
  #report(entry: Entry): void {
    if (entry.pending !== undefined || !this.#events.mayReport()) return;
    const state = entry.untold.shift();
    if (state === undefined) return;
    entry.state = state;
    entry.pending = {
      task_id: entry.info.task_id,
      state,
      agent_id: { value: this.#id },
      source: 'SOURCE_EXECUTOR',
      timestamp: Date.now() / 1000,
      uuid: randomBytes(16).toString('base64'),
    };
    this.#send(entry);
  }

  #send({ frameworkId, pending, state }: Entry): void {
    if (pending !== undefined)
      this.#link.send({ type: 'STATUS_UPDATE', frameworkId, status: pending, latestState: state });
  }
}

function resourcesOf({ cpus, memMiB, ports }: { cpus: number; memMiB: number; ports: number }): Resource[] {
  const scalar = (name: string, value: number): Resource => ({ name, type: 'SCALAR', scalar: { value } });
  return [
    scalar('cpus', cpus),
    scalar('mem', memMiB),
    scalar('disk', 1_000_000),
    { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 31_000 + ports - 1 }] } },
  ];
}
