/**
 * People and their scripts: they create and delete clusters, submit and cancel jobs, restart tasks, at whatever moment. What
 * they were promised is remembered here; of what was not answered nobody knows, and either is right.
 */
import type { Dispatcher } from '../../src/dispatcher/dispatcher.ts';
import { Problem } from '../../src/lib/problem.ts';
import type { DriverLimits } from './flink/driver.ts';
import type { Books } from './judges/books.ts';
import type { Verdicts } from './judges/verdicts.ts';
import type { Chance } from './platform/chance.ts';
import type { Time } from './platform/time.ts';
import type { House } from './service/boot.ts';
import type { SchedulerInstance } from './service/instance.ts';

type Promised = 'yes' | 'no' | 'unknown';

export interface PromisedCluster {
  readonly name: string;
  there: Promised;
  deletionAsked: boolean;
  /** Of a fixed number; the most of an elastic one. */
  readonly taskManagers: number;
  readonly least: number | undefined;
  readonly slots: number;
  readonly jobs: Map<string, { cancelled: Promised }>;
}

export interface OperatorParts {
  readonly time: Time;
  readonly chance: Chance;
  readonly books: Books;
  readonly verdicts: Verdicts;
  readonly leader: () => SchedulerInstance | undefined;
  readonly note: (what: string) => void;
}

export class Operator {
  readonly clusters = new Map<string, PromisedCluster>();
  /** The service is to end. */
  uninstall: Promised = 'no';
  readonly #parts: OperatorParts;
  #named = 0;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  slotsOf(cluster: string): number {
    return this.clusters.get(cluster)?.slots ?? 1;
  }

  /** Least and most of an elastic cluster. */
  limitsOf(cluster: string): DriverLimits {
    const { least = 0, taskManagers = 1 } = this.clusters.get(cluster) ?? {};
    return { min: least, max: taskManagers };
  }

  /** `least`: of an elastic cluster. */
  create(taskManagers: number, slots: number, jobs: number, least?: number): void {
    const name = `c${++this.#named}`;
    const cluster: PromisedCluster = {
      name,
      there: 'unknown',
      deletionAsked: false,
      taskManagers,
      least,
      slots,
      jobs: new Map(),
    };
    this.clusters.set(name, cluster);
    this.#persist(
      () => this.#create(cluster),
      () => {
        for (let count = 0; count < jobs; count += 1) this.#parts.time.after(500 * count, () => this.submit(cluster));
      },
    );
  }

  submit(cluster: PromisedCluster): void {
    const { chance } = this.#parts;
    const lasts = chance.oneIn(4) ? [String(chance.whole(10_000, 60_000))] : [];
    const parallelism = chance.whole(1, Math.max(1, Math.min(2, cluster.slots * cluster.taskManagers)));
    this.#ask(`submits a job to ${cluster.name}`, async (dispatcher) => {
      const { Readable } = await import('node:stream');
      const jar = await dispatcher.uploadJar(cluster.name, 'job.jar', Readable.from([Buffer.from('PK')]));
      const { id } = await dispatcher.submitJob(cluster.name, { jar: jar.id, parallelism, args: lasts });
      cluster.jobs.set(id, { cancelled: 'no' });
      // A leader that stood still may answer after its successor has deleted the cluster.
      const written = cluster.deletionAsked || this.#parts.books.jobOf(cluster.name, id) !== undefined;
      this.#mustBeWritten(written, `job ${id} of ${cluster.name}`);
    });
  }

  cancelSome(): void {
    const { chance } = this.#parts;
    const cluster = chance.pick(this.#standing());
    const id = chance.pick([...(cluster?.jobs.keys() ?? [])]);
    const job = cluster?.jobs.get(id ?? '');
    if (cluster === undefined || id === undefined || job === undefined) return;
    if (job.cancelled === 'no') job.cancelled = 'unknown';
    this.#ask(`cancels job ${id.slice(0, 8)} of ${cluster.name}`, async (dispatcher) => {
      await dispatcher.cancelJob(cluster.name, id);
      job.cancelled = 'yes';
    });
  }

  deleteSome(): void {
    const cluster = this.#parts.chance.pick(this.#standing());
    if (cluster === undefined) return;
    cluster.there = 'unknown';
    cluster.deletionAsked = true;
    this.#ask(`deletes ${cluster.name}`, async (dispatcher) => {
      await dispatcher.deleteCluster(cluster.name);
      cluster.there = 'no';
    });
  }

  submitSome(): void {
    const cluster = this.#parts.chance.pick(this.#standing());
    if (cluster !== undefined && cluster.jobs.size < 4) this.submit(cluster);
  }

  restartSome(): void {
    this.#ask('restarts a task', async (dispatcher) => {
      const task = this.#parts.chance.pick(dispatcher.tasks().filter(({ phase }) => phase === 'launched'));
      if (task !== undefined) await dispatcher.restartTask(task.id);
    });
  }

  /** Asks until it is told that the wish is safe; what is promised from then on is that nothing is left. */
  uninstallService(): void {
    this.uninstall = 'unknown';
    for (const cluster of this.clusters.values()) {
      cluster.there = 'unknown';
      cluster.deletionAsked = true;
    }
    this.#persist(
      () => this.#askHouse('uninstalls the service', ({ runtime }) => runtime.uninstall()),
      () => {
        this.uninstall = 'yes';
        this.#mustBeWritten(this.#parts.books.uninstall !== undefined, 'the end of the service');
      },
    );
  }

  #standing(): PromisedCluster[] {
    return [...this.clusters.values()].filter(({ there }) => there === 'yes');
  }

  async #createBy(
    dispatcher: Dispatcher,
    { name, taskManagers: count, least: min, slots }: PromisedCluster,
  ): Promise<void> {
    await dispatcher.createCluster({
      name,
      taskManager: { slots },
      taskManagers: min === undefined ? { mode: 'fixed', count } : { mode: 'elastic', min, max: count, spare: 0 },
    });
  }

  #create(cluster: PromisedCluster): Promise<boolean> {
    return this.#ask(`creates ${cluster.name} with ${cluster.taskManagers} TaskManagers`, async (dispatcher) => {
      await this.#createBy(dispatcher, cluster).catch((error: unknown) => {
        // An attempt that was not answered had been taken, and is safe by now.
        const there =
          error instanceof Problem && error.code === 'EXISTS' && this.#parts.books.clusters.has(cluster.name);
        if (!there) throw error;
      });
      // Whoever stood still since answers after it was deleted.
      if (!cluster.deletionAsked) cluster.there = 'yes';
      this.#mustBeWritten(
        cluster.deletionAsked || this.#parts.books.clusters.has(cluster.name),
        `cluster ${cluster.name}`,
      );
    });
  }

  /** Asks again until it is told that it is done. */
  #persist(ask: () => Promise<boolean>, done: () => void): void {
    let answered = false;
    const again = () => {
      if (answered) return;
      void ask().then((taken) => {
        if (!taken || answered) return;
        answered = true;
        done();
      });
      this.#parts.time.after(5_000, again);
    };
    again();
  }

  /** True when the leader answered that it did it. */
  #ask(what: string, act: (dispatcher: Dispatcher) => Promise<void>): Promise<boolean> {
    return this.#askHouse(what, ({ dispatcher }) => act(dispatcher));
  }

  #askHouse(what: string, act: (house: House) => Promise<void>): Promise<boolean> {
    const leader = this.#parts.leader();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (leader?.house === undefined) return Promise.resolve(false);
    const { house } = leader;
    this.#parts.note(what);
    leader.process.enter(() => {
      act(house).then(
        () => resolve(true),
        (error: unknown) => {
          this.#refused(what, error);
          resolve(false);
        },
      );
    });
    return promise;
  }

  #refused(what: string, error: unknown): void {
    const expected = ['NOT_READY', 'CONFLICT', 'NOT_FOUND', 'DEPOSED', 'PERSIST_FAILED', 'EXISTS', 'MASTER_REFUSED'];
    if (error instanceof Problem && expected.includes(error.code)) this.#parts.note(`${what}: ${error.message}`);
    else this.#parts.verdicts.violated('I14', `an operator ${what} and is answered: ${String(error)}`);
  }

  #mustBeWritten(written: boolean, what: string): void {
    if (!written) this.#parts.verdicts.violated('I1', `${what} was promised and is not written down`);
  }
}
