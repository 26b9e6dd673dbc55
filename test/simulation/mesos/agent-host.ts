/**
 * An agent's machine: the model of an agent (the same that the embedded Mesos runs), its checkpoints, and the processes
 * of its tasks, which outlive the agent. What a process does is the business of its program.
 */
import { type Agent, createAgent } from '../../../src/local-mesos/model/agent.ts';
import {
  type AgentEffect,
  type AgentEntry,
  type AgentInput,
  type RunId,
  timerName,
} from '../../../src/local-mesos/model/agent-io.ts';
import type { AgentDescription } from '../../../src/local-mesos/model/agent-protocol.ts';
import type { AgentId, TaskId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, TaskInfo } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { Chance } from '../platform/chance.ts';
import { uuidOf } from '../platform/platform.ts';
import { Process, presentProcess } from '../platform/process.ts';
import type { Time } from '../platform/time.ts';
import type { SimulatedLink } from './link.ts';

/** A process of a task, as the agent sees it. */
export interface TaskProcess {
  readonly taskId: TaskId;
  readonly info: TaskInfo;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: number;
  alive: boolean;
  /** SIGTERM does nothing to it. */
  stubborn: boolean;
}

/** What runs in a task. */
export interface Programs {
  started(process: TaskProcess, exit: (status: number) => void): void;
  ended(process: TaskProcess): void;
}

export interface AgentHostParts {
  readonly time: Time;
  readonly chance: Chance;
  readonly description: AgentDescription;
  readonly programs: Programs;
  /** Asks for a link to the leading master; undefined while there is none that can be reached. */
  readonly dial: (host: AgentHost) => SimulatedLink | undefined;
  readonly note: (what: string) => void;
  /** How long fetching takes. */
  readonly fetchMs: () => number;
}

interface Checkpoint {
  agentId: AgentId | undefined;
  frameworks: readonly FrameworkInfo[];
  readonly entries: Map<RunId, AgentEntry>;
}

const REDIAL_MS = 500;
/** No sign of a master for so long: the link is taken for dead (pings come every 15 s). */
const SILENCE_MS = 40_000;

export class AgentHost {
  readonly name: string;
  readonly parts: AgentHostParts;
  process: Process;
  link: SimulatedLink | undefined;
  /** The master sent it away for good. */
  gone = false;
  /** Between its death and its restart. */
  down = false;
  readonly runs = new Map<RunId, TaskProcess>();
  #agent: Agent;
  #checkpoint: Checkpoint = { agentId: undefined, frameworks: [], entries: new Map() };
  #timers = new Map<string, () => void>();
  #launches = new Map<RunId, () => void>();
  #heardAt = 0;
  #lives = 0;

  constructor(parts: AgentHostParts) {
    this.parts = parts;
    this.name = parts.description.hostname;
    this.process = this.#newProcess();
    this.#agent = this.#newAgent();
    this.#dial();
  }

  get agentId(): AgentId | undefined {
    return this.#agent.view().agentId;
  }

  get registered(): boolean {
    return !this.down && this.#agent.view().registered;
  }

  view() {
    return this.#agent.view();
  }

  /** kill -9 of the agent alone: its tasks live on. */
  kill(): void {
    if (this.down || this.gone) return;
    this.down = true;
    this.process.kill();
    for (const cancel of [...this.#timers.values(), ...this.#launches.values()]) cancel();
    this.#timers.clear();
    this.#launches.clear();
    const { link } = this;
    this.link = undefined;
    link?.break();
  }

  restart(): void {
    if (!this.down || this.gone) return;
    this.down = false;
    this.process = this.#newProcess();
    this.#agent = this.#newAgent();
    const { agentId, frameworks, entries } = this.#checkpoint;
    if (agentId !== undefined) {
      const recovered = [...entries.values()].map((entry) => {
        const run = this.runs.get(entry.runId);
        return { entry: copyOf(entry), alive: entry.phase === 'running' && run?.alive === true };
      });
      const kept = new Set(recovered.filter(({ alive }) => alive).map(({ entry }) => entry.runId));
      for (const [runId, run] of [...this.runs]) if (!kept.has(runId)) this.#end(runId, run);
      this.process.enter(() => this.#take({ kind: 'recovered', agentId, frameworks, entries: recovered }));
    }
    this.#dial();
  }

  /** The machine restarts: every process ends with it. */
  reboot(): void {
    this.kill();
    for (const [runId, run] of [...this.runs]) this.#end(runId, run);
  }

  /** A task's process ends by itself or is killed from outside. */
  endTask(runId: RunId, how: { readonly status: number } | { readonly signal: number }): void {
    const run = this.runs.get(runId);
    if (run === undefined) return;
    this.#end(runId, run);
    const end = 'status' in how ? ({ kind: 'exited', ...how } as const) : ({ kind: 'signaled', ...how } as const);
    this.process.enter(() => this.#take({ kind: 'ended', runId, end }));
  }

  #newProcess(): Process {
    const { time, chance } = this.parts;
    this.#lives += 1;
    const process = new Process(`${this.name}/${this.#lives}`, time, chance.split());
    process.promises = false;
    return process;
  }

  #newAgent(): Agent {
    const { description, chance } = this.parts;
    return createAgent({ description, ip: '10.0.0.1', newUuid: () => uuidOf(chance.hex(32)) });
  }

  #dial(): void {
    const { process } = this;
    const { chance } = this.parts;
    process.after(REDIAL_MS * chance.between(0.5, 1.5), () => {
      if (this.gone) return;
      const link = this.parts.dial(this);
      if (link === undefined) return this.#dial();
      this.link = link;
      this.#heardAt = process.time.now;
      link.agent.onClosed(() => this.#unlinked(link));
      link.agent.onMessage((message) => {
        this.#heardAt = process.time.now;
        this.#take({ kind: 'message', message });
      });
      this.#take({ kind: 'linked' });
      this.#watch(link);
    });
  }

  #watch(link: SimulatedLink): void {
    this.process.after(5_000, () => {
      if (this.link !== link) return;
      if (this.process.time.now - this.#heardAt > SILENCE_MS) link.break();
      else this.#watch(link);
    });
  }

  #unlinked(link: SimulatedLink): void {
    if (this.link !== link) return;
    this.link = undefined;
    this.#take({ kind: 'unlinked' });
    if (!this.gone) this.#dial();
  }

  #take(input: Distribute<AgentInput>): void {
    if (presentProcess() !== this.process) return;
    const at = this.process.now;
    for (const effect of this.#agent.step({ ...input, at } as AgentInput)) this.#carryOut(effect);
  }

  #carryOut(effect: AgentEffect): void {
    switch (effect.kind) {
      case 'save-agent':
        Object.assign(this.#checkpoint, { agentId: effect.agentId, frameworks: effect.frameworks });
        return;
      case 'save':
        this.#checkpoint.entries.set(effect.entry.runId, copyOf(effect.entry));
        return;
      case 'forget':
        this.#checkpoint.entries.delete(effect.entry.runId);
        return;
      case 'send':
        this.link?.agent.send(effect.message);
        return;
      case 'launch':
        this.#launch(effect.entry);
        return;
      case 'abandon':
        this.#launches.get(effect.runId)?.();
        this.#launches.delete(effect.runId);
        return;
      case 'signal':
        this.#signal(effect.runId, effect.signal);
        return;
      case 'timer':
        this.#setTimer(effect);
        return;
      case 'cancel':
        this.#timers.get(timerName(effect.timer))?.();
        return;
      case 'shutdown':
        this.#shutDown(effect.message);
        return;
    }
  }

  #setTimer({ timer, at }: Extract<AgentEffect, { kind: 'timer' }>): void {
    const name = timerName(timer);
    this.#timers.get(name)?.();
    this.#timers.set(
      name,
      this.process.after(Math.max(0, at - this.process.now), () => this.#take({ kind: 'timer', timer })),
    );
  }

  #launch({ runId, taskId, info }: AgentEntry): void {
    if (info === undefined) return;
    const cancel = this.process.after(this.parts.fetchMs(), () => {
      this.#launches.delete(runId);
      if (this.parts.chance.oneIn(400)) {
        this.#take({ kind: 'launch-failed', runId, message: 'the archive could not be fetched' });
        return;
      }
      const { chance, time } = this.parts;
      const pid = chance.whole(1000, 60_000);
      const startedAt = time.now;
      const run = { taskId, info, host: this.name, pid, startedAt, alive: true, stubborn: chance.oneIn(12) };
      this.runs.set(runId, run);
      this.parts.programs.started(run, (status) => this.endTask(runId, { status }));
      this.#take({ kind: 'started', runId, process: { pid, birth: String(startedAt) } });
    });
    this.#launches.set(runId, cancel);
  }

  #signal(runId: RunId, signal: 'SIGTERM' | 'SIGKILL'): void {
    const run = this.runs.get(runId);
    if (run === undefined || (signal === 'SIGTERM' && run.stubborn)) return;
    const { time, chance } = this.parts;
    const number = signal === 'SIGTERM' ? 15 : 9;
    time.after(signal === 'SIGTERM' ? chance.between(20, 900) : 5, () => this.endTask(runId, { signal: number }));
  }

  #shutDown(message: string): void {
    this.parts.note(`is sent away: ${message}`);
    this.gone = true;
    for (const [runId, run] of [...this.runs]) this.#end(runId, run);
    this.link?.break();
    this.process.kill();
  }

  #end(runId: RunId, run: TaskProcess): void {
    this.runs.delete(runId);
    run.alive = false;
    this.parts.programs.ended(run);
  }
}

type Distribute<Input> = Input extends unknown ? Omit<Input, 'at'> : never;

/** Entries are changed in place; a checkpoint is what was written. */
function copyOf(entry: AgentEntry): AgentEntry {
  return { ...entry, pending: [...entry.pending] };
}
