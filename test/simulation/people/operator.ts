/**
 * People and their scripts: they create and delete clusters, submit and cancel jobs, restart tasks, at whatever moment. What
 * they were promised is remembered here; of what was not answered nobody knows, and either is right.
 */
import type { ClusterSpec } from '../../../src/flink/spec.ts';
import { Problem } from '../../../src/lib/problem.ts';
import type { DriverLimits } from '../flink/driver.ts';
import { Asking, type AskingParts } from './asking.ts';

type Promised = 'yes' | 'no' | 'unknown';

interface PromisedJob {
  cancelled: Promised;
  /** It does not finish by itself. */
  readonly endless: boolean;
}

export interface PromisedCluster {
  readonly name: string;
  there: Promised;
  deletionAsked: boolean;
  /** Of a fixed number; the most of an elastic one. */
  readonly taskManagers: number;
  readonly least: number | undefined;
  readonly slots: number;
  readonly jobs: Map<string, PromisedJob>;
  /** What people last wanted it to be. */
  wish: ClusterSpec;
}

export class Operator {
  readonly clusters = new Map<string, PromisedCluster>();
  /** The service is to end. */
  uninstall: Promised = 'no';
  readonly #parts: AskingParts;
  readonly #asking: Asking;
  #named = 0;

  constructor(parts: AskingParts) {
    this.#parts = parts;
    this.#asking = new Asking(parts);
  }

  slotsOf(cluster: string): number {
    return this.clusters.get(cluster)?.slots ?? 1;
  }

  /** As far as anybody was told of it. */
  isEndless(cluster: string, job: string): boolean {
    return this.clusters.get(cluster)?.jobs.get(job)?.endless === true;
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
      wish: {
        name,
        taskManager: { slots },
        taskManagers:
          least === undefined
            ? { mode: 'fixed', count: taskManagers }
            : { mode: 'elastic', min: least, max: taskManagers, spare: 0 },
      },
    };
    this.clusters.set(name, cluster);
    this.#asking.persist(
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
    this.#asking.ask(`submits a job to ${cluster.name}`, async (dispatcher) => {
      const { Readable } = await import('node:stream');
      const jar = await dispatcher.uploadJar(cluster.name, 'job.jar', Readable.from([Buffer.from('PK')]));
      const { id } = await dispatcher.submitJob(cluster.name, { jar: jar.id, parallelism, args: lasts });
      cluster.jobs.set(id, { cancelled: 'no', endless: lasts.length === 0 });
      // A leader that stood still may answer after its successor has deleted the cluster.
      const written = cluster.deletionAsked || this.#parts.books.jobOf(cluster.name, id) !== undefined;
      this.#asking.mustBeWritten(written, `job ${id} of ${cluster.name}`);
    });
  }

  cancelSome(): void {
    const { chance } = this.#parts;
    const cluster = chance.pick(this.standing());
    const id = chance.pick([...(cluster?.jobs.keys() ?? [])]);
    const job = cluster?.jobs.get(id ?? '');
    if (cluster === undefined || id === undefined || job === undefined) return;
    if (job.cancelled === 'no') job.cancelled = 'unknown';
    this.#asking.ask(`cancels job ${id.slice(0, 8)} of ${cluster.name}`, async (dispatcher) => {
      await dispatcher.cancelJob(cluster.name, id);
      job.cancelled = 'yes';
    });
  }

  deleteSome(): void {
    const cluster = this.#parts.chance.pick(this.standing());
    if (cluster === undefined) return;
    cluster.there = 'unknown';
    cluster.deletionAsked = true;
    this.#asking.ask(`deletes ${cluster.name}`, async (dispatcher) => {
      await dispatcher.deleteCluster(cluster.name);
      cluster.there = 'no';
    });
  }

  submitSome(): void {
    const cluster = this.#parts.chance.pick(this.standing());
    if (cluster !== undefined && cluster.jobs.size < 4) this.submit(cluster);
  }

  restartSome(): void {
    this.#asking.ask('restarts a task', async (dispatcher) => {
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
    this.#asking.persist(
      () => this.#asking.askHouse('uninstalls the service', ({ runtime }) => runtime.uninstall()),
      () => {
        this.uninstall = 'yes';
        this.#asking.mustBeWritten(this.#parts.books.uninstall !== undefined, 'the end of the service');
      },
    );
  }

  /** Those that were promised, and that nobody wants to be gone. */
  standing(): PromisedCluster[] {
    return [...this.clusters.values()].filter(({ there }) => there === 'yes');
  }

  #create(cluster: PromisedCluster): Promise<boolean> {
    const { wish } = cluster;
    return this.#asking.ask(`creates ${cluster.name} with ${cluster.taskManagers} TaskManagers`, async (dispatcher) => {
      await dispatcher.createCluster(wish).catch((error: unknown) => {
        // An attempt that was not answered had been taken, and is safe by now.
        const there =
          error instanceof Problem && error.code === 'EXISTS' && this.#parts.books.clusters.has(cluster.name);
        if (!there) throw error;
      });
      // Whoever stood still since answers after it was deleted.
      if (!cluster.deletionAsked) cluster.there = 'yes';
      this.#asking.mustBeWritten(
        cluster.deletionAsked || this.#parts.books.clusters.has(cluster.name),
        `cluster ${cluster.name}`,
      );
    });
  }
}
