/**
 * `npm start`, `flink-mesos start`: the embedded Mesos, the scheduler, a session cluster and an example job in one
 * process, with an account of what happens. State is kept: after a crash the next start goes on from there.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { buildExampleJar, exampleClasses } from '../../examples/build.ts';
import type { JobView } from '../dispatcher/dispatcher.ts';
import { Problem } from '../lib/problem.ts';
import { startLocalMesos } from '../local-mesos/server/start-local-mesos.ts';
import { createAccount, secondsSince } from '../observability/account.ts';
import type { TimedFact } from '../observability/fact.ts';
import { createLogger, logFacts } from '../observability/logger.ts';
import { defaultCacheDir, defaultDataDir } from './directories.ts';
import { driverJarOf, type Flink, localDistributions, obtainFlinks } from './distributions.ts';
import { firstSignal } from './lifetime.ts';
import { type RunningScheduler, startScheduler } from './scheduler.ts';
import { parseCount, parseListen, parsePath, type SchedulerSettings } from './settings.ts';

interface Options {
  readonly dataDir: string;
  readonly listen: string;
  readonly mesosListen: string;
  readonly agents: string;
  readonly taskManagers: string;
  readonly flinkVersion?: string;
  readonly exitWhenRunning?: boolean;
}

export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('try it on this machine: embedded Mesos, scheduler, a session cluster and an example job')
    .option('--flink-version <version>', 'the Flink to run (default: the newest; FLINK_HOME in the environment wins)')
    .option('--data-dir <dir>', 'where state is kept', defaultDataDir())
    .option('--listen <host:port>', 'where the API listens', '127.0.0.1:8180')
    .option('--mesos-listen <host:port>', 'where the embedded Mesos master listens', '127.0.0.1:5050')
    .option('--agents <count>', 'embedded Mesos agents', '2')
    .option('--task-managers <count>', 'TaskManagers of the session cluster', '2')
    .option('--exit-when-running', 'end everything once the job runs')
    .action((options: Options) => start(options));
}

const say = (line: string): void => console.log(line);

const clusterName = 'default';

async function start(options: Options): Promise<void> {
  const startedAt = performance.timeOrigin;
  const told = (line: string): void => say(`${secondsSince(startedAt, Date.now())}  ${line}`);
  const dataDir = parsePath(options.dataDir);
  const listen = parseListen(options.listen, '--listen');
  const mesosListen = parseListen(options.mesosListen, '--mesos-listen');
  const agents = parseCount(options.agents, '--agents', 1, 100);
  const taskManagers = parseCount(options.taskManagers, '--task-managers', 1, 100);
  const cacheDir = defaultCacheDir();
  const flinkHome = process.env.FLINK_HOME || undefined;
  const versions = options.flinkVersion === undefined ? [] : [options.flinkVersion];
  const signal = firstSignal();
  const download = new AbortController();
  void signal.then((name) => download.abort(new Problem('INTERRUPTED', `ended by ${name}`)));
  const [flink] = await obtainFlinks({ cacheDir, versions, flinkHome, signal: download.signal }, told);
  const jar = await buildExampleJar(flink.home, join(cacheDir, 'examples'));

  const mesos = await startLocalMesos({ ...mesosListen, workDir: join(dataDir, 'mesos'), agents });
  told(`embedded Mesos: master ${mesos.masterUrl}, ${agents} agents`);
  let scheduler: RunningScheduler | undefined;
  try {
    const settings = {
      mesosMasters: new URL(mesos.masterUrl).host,
      dataDir,
      listen,
      frameworkName: 'flink-mesos',
      role: '*',
    };
    const account = createAccount(startedAt, say);
    const running = runningJobs();
    scheduler = await startBeside(settings, flink, (fact) => {
      account(fact);
      running.note(fact);
    });
    told(`scheduler: ${scheduler.url}`);
    const job = await bringUp(scheduler, flink, taskManagers, jar);
    const outcome = await Promise.race([running.seen(job), signal, scheduler.ended]);
    if (outcome === 'running') {
      say(
        `${secondsSince(startedAt, Date.now())}  job RUNNING, all its tasks, ${((Date.now() - startedAt) / 1000).toFixed(1)} s after the start`,
      );
      sayAddresses(scheduler.url, mesos.masterUrl);
      if (options.exitWhenRunning !== true) await Promise.race([signal, scheduler.ended]);
    }
    const problem = await Promise.race([scheduler.ended, Promise.resolve(undefined)]);
    if (problem !== undefined) throw problem;
  } finally {
    say('ending everything …');
    try {
      await scheduler?.close();
    } finally {
      await mesos.close();
    }
    say('ended; the next start goes on from here');
  }
}

function startBeside(
  settings: SchedulerSettings,
  flink: Flink,
  onFact: Parameters<typeof startScheduler>[1]['onFact'],
): Promise<RunningScheduler> {
  const logger = createLogger({ file: join(settings.dataDir, 'scheduler.log') });
  const log = logFacts(logger);
  return startScheduler(settings, {
    logger,
    onFact: (fact) => {
      log(fact);
      onFact(fact);
    },
    obtainFlink: async (artifacts) => ({
      distributions: localDistributions([flink]),
      defaultFlink: { version: flink.version, source: { version: flink.version } },
      driverJar: driverJarOf(flink, artifacts, defaultCacheDir()),
    }),
  });
}

/** The cluster and the job of before are found again; one of another Flink makes room. Resolves with the job's id. */
async function bringUp(
  { dispatcher }: RunningScheduler,
  flink: Flink,
  taskManagers: number,
  jar: string,
): Promise<string> {
  const present = dispatcher.clusters().find(({ name }) => name === clusterName);
  if (present !== undefined && (present.flinkVersion !== flink.version || present.phase === 'deleting')) {
    await dispatcher.deleteCluster(clusterName);
    await until(() => dispatcher.clusters().every(({ name }) => name !== clusterName));
  }
  if (dispatcher.clusters().every(({ name }) => name !== clusterName)) {
    await dispatcher.createCluster({ name: clusterName, taskManagers: { mode: 'fixed', count: taskManagers } });
  }
  const goingOn = dispatcher.jobs(clusterName).find(isGoingOn);
  if (goingOn !== undefined) return goingOn.id;
  const { id } = await dispatcher.uploadJar(clusterName, 'examples.jar', createReadStream(jar));
  const job = await dispatcher.submitJob(clusterName, {
    jar: id,
    entryClass: exampleClasses.clickCounter,
    parallelism: taskManagers,
  });
  return job.id;
}

function isGoingOn({ state, managed }: JobView): boolean {
  return managed && !['FINISHED', 'FAILED', 'CANCELED'].includes(state);
}

/** Which jobs were seen with all their subtasks running, and who waits for one: it may run before anybody asks. */
function runningJobs() {
  const jobs = new Set<string>();
  const waiting: (() => void)[] = [];
  return {
    note({ fact }: TimedFact): void {
      if (fact.kind !== 'job.running') return;
      jobs.add(fact.job);
      for (const look of waiting) look();
    },
    seen: (job: string) =>
      new Promise<'running'>((resolve) => {
        const look = (): void => {
          if (jobs.has(job)) resolve('running');
        };
        waiting.push(look);
        look();
      }),
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(50);
}

function sayAddresses(schedulerUrl: string, masterUrl: string): void {
  say('');
  say(`  dashboard       ${schedulerUrl}  (API described at ${schedulerUrl}/docs)`);
  say(`  Flink's web UI  ${schedulerUrl}/v1/clusters/${clusterName}/flink/`);
  say(`  Mesos master    ${masterUrl}/state`);
  say(`  command line    bin/flink-mesos.mjs --help`);
  say('');
  say('Ctrl-C ends everything.');
}
