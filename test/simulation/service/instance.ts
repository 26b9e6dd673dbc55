/** A scheduler under a supervisor: it is started again some seconds after it ended, whatever ended it. */
import type { Problem } from '../../../src/lib/problem.ts';
import type { Chance } from '../platform/chance.ts';
import { Process } from '../platform/process.ts';
import type { Time } from '../platform/time.ts';
import type { SimulatedSession } from '../zookeeper/session.ts';
import { type BootParts, boot, type House } from './boot.ts';

export interface InstanceParts {
  readonly name: string;
  readonly time: Time;
  readonly chance: Chance;
  /** What a process of this instance is connected with. */
  readonly connect: (instance: SchedulerInstance, process: Process) => Omit<BootParts, 'name' | 'leads' | 'note'>;
  readonly note: (what: string) => void;
  readonly spins: (process: Process) => void;
  /** It ended by itself. */
  readonly ended: (instance: SchedulerInstance, problem: Problem | Error | undefined) => void;
  /** Its sockets close with it. */
  readonly hungUp: (process: Process) => void;
}

export class SchedulerInstance {
  readonly name: string;
  process: Process;
  house: House | undefined;
  readonly sessions = new Set<SimulatedSession>();
  readonly #parts: InstanceParts;
  #lives = 0;

  constructor(parts: InstanceParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.process = this.#newProcess();
    this.#start();
  }

  get leads(): boolean {
    return this.house !== undefined && this.process.state !== 'dead';
  }

  kill(restartAfterMs: number): void {
    if (this.process.state === 'dead') return;
    this.#parts.note('is killed');
    this.#end();
    this.#parts.time.after(restartAfterMs, () => this.#restart());
  }

  pause(forMs: number): void {
    if (this.process.state !== 'running') return;
    const { process } = this;
    this.#parts.note(`stands still for ${Math.round(forMs / 1000)} s`);
    process.pause();
    this.#parts.time.after(forMs, () => process.resume());
  }

  #end(): void {
    const { process } = this;
    process.kill();
    this.house = undefined;
    this.sessions.clear();
    this.#parts.hungUp(process);
  }

  #restart(): void {
    if (this.process.state !== 'dead') return;
    this.process = this.#newProcess();
    this.#start();
  }

  #newProcess(): Process {
    const { name, time, chance, spins } = this.#parts;
    this.#lives += 1;
    return new Process(`${name}/${this.#lives}`, time, chance.split(), spins);
  }

  #start(): void {
    const { process } = this;
    const { name, note, connect } = this.#parts;
    const over = (problem: Problem | Error | undefined) => {
      if (process.state === 'dead') return;
      note(`ends: ${problem?.message ?? 'as it was told'}`);
      this.#parts.ended(this, problem);
      this.#end();
      this.#parts.time.after(this.#parts.chance.between(500, 4_000), () => this.#restart());
    };
    note('starts');
    process.enter(() => {
      const leads = (house: House) => {
        this.house = house;
      };
      const connected = connect(this, process);
      boot({ ...connected, name, note, leads }).then(over, over);
    });
  }
}
