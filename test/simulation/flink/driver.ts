/**
 * The driver in the JobManager of an elastic cluster, and what of Flink's resource manager stands behind it: it counts the
 * slots that jobs need, asks for workers, gives idle ones back, and says the whole of what it wants in each call. A
 * scheduler that is away is waited for. A TaskManager that was not asked for, or not told to be placed, is turned away.
 */
import type { DriverCall } from '../../../src/flink/driver/endpoint.ts';
import type { AttachAnswer, DriverEvent } from '../../../src/flink/driver/wire.ts';
import type { Chance } from '../platform/chance.ts';
import type { Process } from '../platform/process.ts';
import type { JobManager } from './job-manager.ts';

export interface DriverLimits {
  readonly min: number;
  readonly max: number;
}

export interface DriverAnswer {
  readonly status: number;
  readonly body: object;
}

export interface DriverParts {
  /** That of the JobManager: it dies with it. */
  readonly process: Process;
  readonly chance: Chance;
  readonly jobManager: JobManager;
  /** Of the ids of its workers. */
  readonly prefix: string;
  readonly secret: string;
  readonly slots: number;
  readonly limits: DriverLimits;
  /** Asks the leading scheduler; undefined when nobody answered in time. */
  readonly ask: (call: DriverCall, withinMs: number) => Promise<DriverAnswer | undefined>;
  /** Another JobManager has taken over: this one ends. */
  readonly fenced: () => void;
}

interface Wanted {
  readonly id: string;
  /** Of one from before this JobManager nothing is known but its id. */
  readonly recovered: boolean;
  placed: boolean;
}

const POLL_SECONDS = 5;
const ANSWER_MS = 10_000;
/** resourcemanager.taskmanager-timeout is 30 s by default; shorter, so that much happens in little time. */
const IDLE_MS = 8_000;

export class Driver {
  readonly session: string;
  readonly wanted = new Map<string, Wanted>();
  readonly #parts: DriverParts;
  #attached = false;
  #attachment = 0;
  #revision = 0;
  #arrived = -1;
  #cursor = 0;
  #number = 0;
  #moreThanNeededSince: number | undefined;

  constructor(parts: DriverParts) {
    this.#parts = parts;
    this.session = parts.chance.hex(32);
    parts.process.enter(() => void this.#open());
  }

  /** Before it is attached nobody registers; afterwards only who was placed. */
  welcomes(taskManager: string): 'yes' | 'later' | 'no' {
    if (!this.#attached) return 'later';
    return this.wanted.get(taskManager)?.placed === true ? 'yes' : 'no';
  }

  /** Everything that jobs need is there, and no more than that. */
  get content(): boolean {
    const { jobManager } = this.#parts;
    return this.#attached && this.wanted.size === this.#needed() && jobManager.taskManagers.size === this.wanted.size;
  }

  get count(): number {
    return this.wanted.size;
  }

  get #alive(): boolean {
    return this.#parts.jobManager.alive;
  }

  #needed(): number {
    const { jobManager, slots, limits } = this.#parts;
    return Math.min(limits.max, Math.max(limits.min, Math.ceil(jobManager.neededSlots / slots)));
  }

  async #open(): Promise<void> {
    while (this.#alive && !this.#attached) {
      await this.#pause(200, 1_500);
      if (!this.#parts.jobManager.ready) continue;
      const attached = await this.#attach();
      if (attached === undefined) continue;
      for (const { id } of attached.workers) this.wanted.set(id, { id, recovered: true, placed: true });
      this.#attached = true;
      this.#changed();
      void this.#repeat(() => this.#send());
      void this.#repeat(() => this.#listen());
      this.#count();
    }
  }

  async #attach(): Promise<AttachAnswer | undefined> {
    const body = { session: this.session, version: '2.3.0', rpc: this.#parts.jobManager.host, web: null };
    const answer = await this.#ask({ method: 'POST', path: 'sessions', query: {}, body }, ANSWER_MS);
    if (answer?.status !== 200) return undefined;
    const attached = answer.body as AttachAnswer;
    this.#cursor = attached.after;
    return attached;
  }

  /** True: at once again. */
  async #repeat(turn: () => Promise<boolean>): Promise<void> {
    while (this.#alive) if (!(await turn())) await this.#pause(100, 2_000);
  }

  async #send(): Promise<boolean> {
    if (this.#arrived === this.#revision) return false;
    const [attachment, revision] = [this.#attachment, this.#revision];
    const workers = [...this.wanted.values()].map(({ id, recovered }) => (recovered ? { id } : this.#spec(id)));
    const body = { session: this.session, revision, workers };
    const answer = await this.#ask({ method: 'PUT', path: 'workers', query: {}, body }, ANSWER_MS);
    if (answer?.status === 200 && attachment === this.#attachment) this.#arrived = revision;
    return answer?.status === 200;
  }

  async #listen(): Promise<boolean> {
    const [attachment, after] = [this.#attachment, this.#cursor];
    const query = { session: this.session, after: String(after), wait: String(POLL_SECONDS) };
    const call = { method: 'GET', path: 'events', query, body: undefined };
    const answer = await this.#ask(call, POLL_SECONDS * 1000 + ANSWER_MS);
    if (answer?.status !== 200 || attachment !== this.#attachment) return false;
    const { events } = answer.body as { readonly events: readonly DriverEvent[] };
    for (const event of events) this.#take(event);
    this.#cursor = events.at(-1)?.seq ?? after;
    return true;
  }

  #take(event: DriverEvent): void {
    const worker = this.wanted.get(event.id);
    if (worker === undefined) return;
    if (event.type === 'placed') {
      worker.placed = true;
      return;
    }
    this.wanted.delete(event.id);
    this.#parts.jobManager.drop(event.id);
    this.#changed();
  }

  /** As Flink's resource manager does, again and again: what jobs need beside what is wanted. */
  #count(): void {
    const { process, chance } = this.#parts;
    process.after(chance.between(400, 1_200), () => {
      const needed = this.#needed();
      while (this.wanted.size < needed) this.#request();
      if (this.wanted.size > needed) this.#release();
      else this.#moreThanNeededSince = undefined;
      this.#count();
    });
  }

  #request(): void {
    const { prefix } = this.#parts;
    const id = `${prefix}-${this.session.slice(0, 8)}-${++this.#number}`;
    this.wanted.set(id, { id, recovered: false, placed: false });
    this.#changed();
  }

  /** What does not run yet at once, a TaskManager when it has been idle for a while. */
  #release(): void {
    const {
      jobManager,
      process: { time },
    } = this.#parts;
    const pending = [...this.wanted.values()].find(({ placed }) => !placed);
    this.#moreThanNeededSince ??= time.now;
    const idle = time.now - this.#moreThanNeededSince >= IDLE_MS;
    const one = pending ?? (idle ? [...this.wanted.values()].at(-1) : undefined);
    if (one === undefined) return;
    this.wanted.delete(one.id);
    jobManager.drop(one.id);
    this.#changed();
  }

  #changed(): void {
    this.#revision += 1;
  }

  #spec(id: string) {
    const { slots } = this.#parts;
    const nothing = { external: {}, blockedNodes: [], jvm: [], dynamic: [], config: {} };
    return { id, cpus: 1, memoryBytes: 1024 * 1024 * 1024, slots, ...nothing };
  }

  async #ask(call: Omit<DriverCall, 'authorization' | 'signal'>, withinMs: number): Promise<DriverAnswer | undefined> {
    const over = new AbortController();
    const whole = { ...call, authorization: `Bearer ${this.#parts.secret}`, signal: over.signal };
    const answer = await this.#parts.ask(whole, withinMs);
    over.abort();
    if (!this.#alive) return undefined;
    const code = answer?.status === 409 ? (answer.body as { readonly code: string }).code : undefined;
    if (code === 'fenced') this.#parts.fenced();
    if (code === 'unknown-session' && call.path !== 'sessions') await this.#attachAgain(this.#attachment);
    return answer;
  }

  async #attachAgain(seen: number): Promise<void> {
    if (seen !== this.#attachment) return;
    this.#attachment += 1;
    if ((await this.#attach()) === undefined) this.#attachment -= 1;
    else this.#arrived = -1;
  }

  #pause(least: number, most: number): Promise<void> {
    const { process, chance } = this.#parts;
    return new Promise((resolve) => process.after(chance.between(least, most), resolve));
  }
}
