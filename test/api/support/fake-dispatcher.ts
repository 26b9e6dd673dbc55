/** A dispatcher of plain maps: what the API and the client are tested against. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type {
  ClusterView,
  Dispatcher,
  FactView,
  InfoView,
  JarView,
  JobReport,
  JobView,
  TaskView,
} from '../../../src/dispatcher/dispatcher.ts';
import type { MesosAgentView, OfferRoundView, TaskWhyView } from '../../../src/dispatcher/why-views.ts';
import type { ClusterSpec, JobSpec } from '../../../src/flink/spec.ts';
import { Problem } from '../../../src/lib/problem.ts';
import { createUtilisationSeries, type UtilisationSeries } from '../../../src/observability/utilisation/series.ts';

export const moment = '2026-01-02T03:04:05.000Z';

export interface Upload {
  readonly cluster: string;
  readonly fileName: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface FakeDispatcher extends Dispatcher {
  /** What was asked of it, as `method argument`. */
  readonly calls: string[];
  readonly uploads: Upload[];
  /** Uploads that broke off, with their reason. */
  readonly brokenUploads: string[];
  readonly jobSpecs: JobSpec[];
  readonly specs: ClusterSpec[];
  mesosAgents: readonly MesosAgentView[];
  whys: readonly TaskWhyView[];
  rounds: readonly OfferRoundView[];
  /** What Flink says of every job, by report. */
  reports: Readonly<Partial<Record<JobReport, object>>>;
  readonly series: UtilisationSeries;
  /** The same for every task: text by path. */
  sandbox: Readonly<Record<string, string>>;
  /** The address of the fake JobManager; none at first. */
  flink: string | undefined;
  healthy: boolean;
  startedAt: string;
  /** Clusters begin and end in these phases; tests move them on. */
  firstPhase: ClusterView['phase'];
  firstJobState: string;
  setCluster(name: string, change: Partial<ClusterView>): void;
  removeCluster(name: string): void;
  setJob(cluster: string, id: string, change: Partial<JobView>): void;
  addTask(task: Partial<TaskView> & { id: string; cluster: string }): void;
  addFact(kind: string, text?: string, more?: Partial<FactView>): FactView;
  setTask(id: string, change: Partial<TaskView>): void;
  setInfo(change: Partial<InfoView>): void;
  listeners(): number;
}

const amount = { cpus: 1.5, memMiB: 2048, diskMiB: 0, ports: 4 };

export const whyExample: TaskWhyView = {
  task: 'w-1',
  cluster: 'default',
  part: 'taskmanager',
  role: '*',
  requestedAt: moment,
  wanted: amount,
  state: 'none-fits',
  why: 'of 2 agents: 2 too few cpus (wanted 1.5, best 0.5)',
  lastOfferAt: moment,
  agents: { known: 2, fitting: 0 },
  ruledOut: [
    { reason: 'cpus', what: 'too few cpus', agents: 2, wanted: 1.5, best: 0.5, bestAgent: 'S1' as never },
    { reason: 'constraint', what: 'rack IS r1', agents: 1 },
  ],
};

export const roundExample: OfferRoundView = {
  number: 7,
  at: moment,
  waiting: 1,
  offers: [
    {
      offerId: 'o1',
      agentId: 'S1',
      hostname: 'host-1',
      role: '*',
      resources: amount,
      outcome: 'declined',
      at: moment,
      why: 'no task that waits fits',
      refuseMs: 5000,
    },
  ],
  unlisted: { declined: 3 },
};

export const agentExample: MesosAgentView = {
  agentId: 'S1',
  hostname: 'host-1',
  attributes: { rack: 'r2' },
  domain: { region: 'eu', zone: 'eu-1' },
  leaving: { from: moment, forMs: 60_000 },
  offered: [{ role: '*', at: moment, resources: amount }],
  tasks: [{ id: 't-1', cluster: 'default', part: 'jobmanager' }],
  ours: amount,
  total: { cpus: 8, memMiB: 16_384, diskMiB: 100, ports: 10 },
  free: { cpus: 5.5, memMiB: 10_240, diskMiB: 100, ports: 4 },
  others: { cpus: 1, memMiB: 4096, diskMiB: 0, ports: 2 },
  state: 'draining',
  places: [{ id: 'keep-t-1', cluster: 'default', task: 't-1', resources: amount }],
};

export function createFakeDispatcher(): FakeDispatcher {
  const clusters = new Map<string, ClusterView>();
  const jobs = new Map<string, JobView[]>();
  const jars = new Map<string, JarView[]>();
  const tasks: TaskView[] = [];
  const facts: FactView[] = [];
  const listeners = new Set<(fact: FactView) => void>();
  let info: InfoView = {
    version: '0.1.0',
    frameworkId: 'framework-1',
    mesos: { state: 'subscribed', master: '127.0.0.1:5050' as never, since: 1 as never },
    reconciled: true,
    offersHeld: 2,
    tasksWaiting: 1,
    defaultFlinkVersion: '2.3.0',
    startedAt: moment,
  };
  const known = (name: string) => {
    const cluster = clusters.get(name);
    if (cluster === undefined) throw new Problem('NOT_FOUND', `there is no cluster ${JSON.stringify(name)}`);
    return cluster;
  };
  const knownJob = (cluster: string, id: string) => {
    known(cluster);
    const job = jobs.get(cluster)?.find((candidate) => candidate.id === id);
    if (job === undefined) throw new Problem('NOT_FOUND', `cluster ${cluster} has no job ${id}`);
    return job;
  };

  const sandboxFile = (id: string, path: string) => {
    fake.task(id);
    const text = fake.sandbox[path];
    if (text === undefined) throw new Problem('NOT_FOUND', `the sandbox of task ${id} has no file ${path}`);
    return text;
  };

  const keepJar = async (cluster: string, fileName: string, content: Readable): Promise<JarView> => {
    const upload = await receive(cluster, fileName, content).catch((error: unknown) => {
      fake.brokenUploads.push(error instanceof Problem ? error.code : String((error as Error).message));
      throw error;
    });
    fake.uploads.push(upload);
    if (upload.bytes === 0) throw new Problem('JAR_INVALID', `${fileName} is empty`);
    const jar = { id: upload.sha256.slice(0, 12), name: fileName, bytes: upload.bytes, uploadedAt: moment };
    jars.set(cluster, [...(jars.get(cluster) ?? []), jar]);
    return jar;
  };

  const fake: FakeDispatcher = {
    calls: [],
    mesosAgents: [agentExample],
    whys: [whyExample],
    rounds: [roundExample],
    reports: {},
    series: createUtilisationSeries(),
    sandbox: { stdout: 'one\ntwo\n', stderr: '', 'log/jobmanager.log': 'started\n' },
    uploads: [],
    brokenUploads: [],
    jobSpecs: [],
    specs: [],
    flink: undefined,
    healthy: true,
    startedAt: moment,
    firstPhase: 'starting',
    firstJobState: 'CREATED',

    info: () => ({ ...info, startedAt: fake.startedAt }),
    health: () => (fake.healthy ? { healthy: true } : { healthy: false, why: 'no master for a minute' }),

    async createCluster(given) {
      const spec = given as ClusterSpec;
      if (clusters.has(spec.name)) throw new Problem('EXISTS', `cluster ${spec.name} exists already`);
      if ((spec.taskManager?.memoryMiB ?? 4096) < 512) {
        throw new Problem('SPEC_IMPOSSIBLE', 'taskManager.memoryMiB: a TaskManager needs at least 512 MiB');
      }
      fake.specs.push(spec);
      clusters.set(spec.name, clusterView(spec, fake.firstPhase));
      return known(spec.name);
    },
    clusters: () => [...clusters.values()],
    cluster: known,
    async updateCluster(name, given, { jobs } = {}) {
      fake.calls.push(`updateCluster ${name} ${JSON.stringify(given)} ${jobs ?? ''}`.trim());
      const { spec, revision } = known(name);
      fake.setCluster(name, {
        spec: { ...spec, ...(given as object) },
        revision: revision + 1,
        update: { outdated: 1, since: moment, jobs: jobs ?? 'checkpoint', held: false },
      });
      return known(name);
    },
    followOptions: () => Promise.reject(new Error('not by the API')),
    revisions(name) {
      const { spec, revision } = known(name);
      const numbers = Array.from({ length: revision }, (_, before) => before + 1);
      return numbers.map((number) => ({ revision: number, at: moment, present: number === revision, spec }));
    },
    async restoreRevision(name, number, { jobs } = {}) {
      fake.calls.push(`restoreRevision ${name} ${number} ${jobs ?? ''}`.trim());
      fake.setCluster(name, { revision: known(name).revision + 1 });
      return known(name);
    },
    async scaleCluster(name, count) {
      fake.calls.push(`scaleCluster ${name} ${count}`);
      const { spec, taskManagers } = known(name);
      if (spec.taskManagers.mode === 'elastic')
        throw new Problem('CONFLICT', `the TaskManagers of ${name} come and go`);
      fake.setCluster(name, { taskManagers: { ...taskManagers, wanted: count } });
      return known(name);
    },
    async deleteCluster(name) {
      fake.calls.push(`deleteCluster ${name}`);
      known(name);
      fake.setCluster(name, { phase: 'deleting' });
      return known(name);
    },

    endpoints(cluster) {
      known(cluster);
      return tasks
        .filter((task) => task.cluster === cluster)
        .flatMap(({ id, part, hostname = '', ports = {} }) =>
          Object.entries(ports).map(([name, port]) => ({ name, part, task: id, hostname, port })),
        );
    },

    tasks(cluster) {
      if (cluster === undefined) return tasks;
      known(cluster);
      return tasks.filter((task) => task.cluster === cluster);
    },
    task(id) {
      const task = tasks.find((candidate) => candidate.id === id);
      if (task === undefined) throw new Problem('NOT_FOUND', `there is no task ${id}`);
      return task;
    },
    why: async () => fake.whys,
    async whyTask(id) {
      const why = fake.whys.find((each) => each.task === id);
      if (why !== undefined) return why;
      if (!tasks.some((task) => task.id === id)) throw new Problem('NOT_FOUND', `there is no task ${id}`);
      throw new Problem('CONFLICT', `task ${id} does not wait`);
    },
    offers: () => fake.rounds,
    agents: async () => fake.mesosAgents,
    async files(id, path) {
      fake.task(id);
      const files = Object.entries(fake.sandbox).filter(([name]) => path === '' || name.startsWith(`${path}/`));
      return {
        path,
        files: files.map(([name, text]) => ({
          name,
          path: name,
          directory: false,
          bytes: text.length,
          modifiedAt: moment,
        })),
        more: 0,
      };
    },
    async fileText(id, path, offset, length) {
      const whole = sandboxFile(id, path);
      const from = offset < 0 ? Math.max(0, whole.length + offset) : offset;
      const text = whole.slice(from, from + length);
      return { path, size: whole.length, offset: from, next: from + text.length, text };
    },
    async *fileBytes(id, path) {
      yield new TextEncoder().encode(sandboxFile(id, path));
    },
    async restartTask(id) {
      fake.calls.push(`restartTask ${id}`);
      return fake.task(id);
    },

    async replaceTask(id) {
      fake.calls.push(`replaceTask ${id}`);
      return fake.task(id);
    },

    async uploadJar(cluster, fileName, content) {
      known(cluster);
      return keepJar(cluster, fileName, content);
    },
    uploadSharedJar: (fileName, content) => keepJar('-', fileName, content),
    sharedJars: () => jars.get('-') ?? [],
    async forgetSharedJar(id) {
      const jar = jars.get('-')?.find((candidate) => candidate.id === id);
      if (jar === undefined) throw new Problem('NOT_FOUND', `there is no jar ${id}`);
      jars.set('-', fake.sharedJars().filter((other) => other !== jar) as JarView[]);
      return jar;
    },
    jars(cluster) {
      known(cluster);
      return jars.get(cluster) ?? [];
    },

    async submitJob(cluster, spec) {
      known(cluster);
      if (spec.jar === 'unknown') throw new Problem('NOT_FOUND', 'there is no jar "unknown"');
      if (spec.entryClass === 'Broken') throw new Problem('FLINK_REFUSED', 'the main method caused an error: boom');
      fake.jobSpecs.push(spec);
      const job = jobView(cluster, `job-${fake.jobSpecs.length}`, fake.firstJobState);
      jobs.set(cluster, [...(jobs.get(cluster) ?? []), job]);
      return job;
    },
    jobs(cluster) {
      known(cluster);
      return jobs.get(cluster) ?? [];
    },
    job: knownJob,
    async cancelJob(cluster, id) {
      fake.calls.push(`cancelJob ${cluster} ${id}`);
      knownJob(cluster, id);
      fake.setJob(cluster, id, { state: 'CANCELLING' });
      return knownJob(cluster, id);
    },
    async operateJob(cluster, id, wish) {
      fake.calls.push(`operateJob ${cluster} ${id} ${JSON.stringify(wish)}`);
      knownJob(cluster, id);
      const operation = { id: '0'.repeat(32), kind: wish.kind, state: 'running', startedAt: moment } as const;
      fake.setJob(cluster, id, { operation });
      return knownJob(cluster, id);
    },
    async disposeSavepoint(cluster, id, path) {
      fake.calls.push(`disposeSavepoint ${cluster} ${id} ${path}`);
      return knownJob(cluster, id);
    },
    async jobReport(cluster, id, report) {
      fake.calls.push(`jobReport ${cluster} ${id} ${report}`);
      knownJob(cluster, id);
      return fake.reports[report] ?? { report };
    },

    flinkUrl(cluster) {
      known(cluster);
      if (fake.flink === undefined) throw new Problem('NOT_READY', `cluster ${cluster} has no JobManager at present`);
      return fake.flink;
    },
    utilisation: (window) => fake.series.columns(window),
    facts: (after, limit) => facts.filter(({ sequence }) => sequence > after).slice(0, limit),
    onFact(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    setCluster(name, change) {
      clusters.set(name, { ...known(name), ...change });
    },
    removeCluster(name) {
      clusters.delete(name);
    },
    setJob(cluster, id, change) {
      jobs.set(
        cluster,
        (jobs.get(cluster) ?? []).map((job) => (job.id === id ? { ...job, ...change } : job)),
      );
    },
    addTask(task) {
      tasks.push({ ...taskView, ...task });
    },
    setTask(id, change) {
      const at = tasks.findIndex((task) => task.id === id);
      tasks[at] = { ...fake.task(id), ...change };
    },
    setInfo(change) {
      info = { ...info, ...change };
    },
    addFact(kind, text = `${kind} happened`, more = {}) {
      const sequence = facts.length + 1;
      const fact: FactView = { sequence, at: moment, kind, level: 'info', text, data: { kind }, ...more };
      facts.push(fact);
      for (const listener of listeners) listener(fact);
      return fact;
    },
    listeners: () => listeners.size,
  };
  return fake;
}

async function receive(cluster: string, fileName: string, content: Readable): Promise<Upload> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { cluster, fileName, bytes, sha256: hash.digest('hex') };
}

const taskView: Omit<TaskView, 'id' | 'cluster'> = {
  part: 'taskmanager',
  phase: 'launched',
  state: 'TASK_RUNNING',
  requestedAt: moment,
  launchedAt: moment,
  runningAt: moment,
  agentId: 'agent-1',
  hostname: 'host-1',
  ports: { rpc: 31000, data: 31001 },
  resources: { cpus: 1, memMiB: 1728, diskMiB: 0 },
};

function clusterView(spec: ClusterSpec, phase: ClusterView['phase']): ClusterView {
  return {
    name: spec.name,
    phase,
    flinkVersion: spec.flink?.version ?? '2.3.0',
    createdAt: moment,
    spec: {
      name: spec.name,
      flink: spec.flink ?? { version: '2.3.0' },
      jobManager: { cpus: 1, memoryMiB: 1600, diskMiB: 0, ...spec.jobManager },
      taskManager: { cpus: 1, memoryMiB: 1728, diskMiB: 0, slots: 1, ...spec.taskManager },
      taskManagers: spec.taskManagers ?? { mode: 'fixed', count: 1 },
      configuration: spec.configuration ?? {},
      environment: spec.environment ?? {},
    },
    taskManagers: { wanted: 1, registered: 0 },
    slots: { total: 0, free: 0 },
    jobs: { running: 0, all: 0 },
    revision: 1,
  };
}

function jobView(cluster: string, id: string, state: string): JobView {
  return {
    id,
    flinkJobId: id,
    cluster,
    name: 'State machine',
    state,
    stateSince: moment,
    submittedAt: moment,
    managed: true,
    resumed: 0,
    savepoints: [],
  };
}
