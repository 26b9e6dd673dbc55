/**
 * How long is one waited for who is not there yet? From the posting of a job that needs N new TaskManagers until all of it
 * runs, beside the same number of TaskManagers that are started by hand at the same moment: as plain java commands, and
 * by Flink's own scripts. Then what a lost TaskManager costs when Mesos says so and when nobody does, the release of what is idle,
 * and a JobManager that comes back by ZooKeeper. All on one machine, one after the other; each has run a job before it counts.
 *
 * Flink lies on the agents, as it does for those started by hand; with --fetched each of ours unpacks its own.
 *
 *   npm run bench:elasticity [-- --task-managers 1,4,8 --runs 1 --flink-version 2.3.0 --fetched --json]
 */
import { parseArgs } from 'node:util';
import { buildExampleJar, exampleClasses } from '../examples/build.ts';
import { obtainDistribution } from '../src/flink/distribution/obtain.ts';
import { completeSpec } from '../src/flink/render/complete-spec.ts';
import type { ClusterSpec } from '../src/flink/spec.ts';
import { defaultCacheDir } from '../src/main/directories.ts';
import { parseCount } from '../src/main/settings.ts';
import { startByHand } from './elasticity/by-hand.ts';
import { startOurs } from './elasticity/ours.ts';
import { median, table } from './lib/figures.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    'task-managers': { type: 'string', default: '1,4,8' },
    runs: { type: 'string', default: '1' },
    'flink-version': { type: 'string' },
    fetched: { type: 'boolean', default: false },
  },
});
const sizes = values['task-managers'].split(',').map((text) => parseCount(text, '--task-managers', 1, 16));
const runs = parseCount(values.runs, '--runs', 1, 20);

const cacheDir = defaultCacheDir();
const { version, home } = await obtainDistribution({ version: values['flink-version'], cacheDir }, () => {});
const jar = await buildExampleJar(home, `${cacheDir}/examples`);
const entryClass = exampleClasses.stateWitness;
const spec: ClusterSpec = {
  name: 'bench',
  flink: values.fetched ? { version } : { version, home },
  taskManager: { cpus: 0.25, memoryMiB: 1024, diskMiB: 64, slots: 1 },
  taskManagers: { mode: 'elastic', min: 0, max: Math.max(2, ...sizes), spare: 0 },
  configuration: {
    'taskmanager.memory.managed.fraction': '0.1',
    'resourcemanager.taskmanager-timeout': '5 s',
    // In ms. By default Flink's REST answers for three seconds what it has answered once.
    'web.refresh-interval': '50',
  },
};

const ours = await startOurs({ version, spec, jar, entryClass });
const complete = completeSpec({ ...spec, taskManagers: { mode: 'fixed', count: 1 } }, { version, source: { version } });
const byHand = await startByHand({ home, spec: complete, jar, entryClass });
const result = await measure().finally(() => Promise.all([ours.close(), byHand.close()]));
console.log(
  table([
    ['seconds until the job runs', 'TaskManagers', 'ours', 'java', "Flink's scripts", 'ours : java', ': scripts'],
    ...result.scaleUp.map((row) => [
      'new TaskManagers',
      ...[row.taskManagers, row.seconds, row.byHandSeconds, row.byScriptsSeconds, row.ratio, row.ratioByScripts].map(
        String,
      ),
    ]),
  ]),
);
const { toldSeconds, untoldSeconds } = result.taskManagerLoss;
console.log(`TaskManager killed with -9: ${toldSeconds} s when Mesos says so, ${untoldSeconds} s when nobody does`);
console.log(
  `idle TaskManagers gone ${result.idleReleaseSeconds} s after the cancellation (time-out: 5 s, looked at every 5 s)`,
);
console.log(
  `JobManager killed with -9, with ZooKeeper: ${result.jobManagerFailover.seconds} s, ` +
    `${result.jobManagerFailover.taskManagersRestarted} TaskManagers started anew`,
);
if (values.json) console.log(JSON.stringify(result));

async function measure() {
  await ours.scaleUp(1);
  await ours.classesKept();
  const releases = [await ours.release()];
  await byHand.scaleUp('java', 1);
  const scaleUp = [];
  for (const taskManagers of sizes) scaleUp.push(await measureScaleUp(taskManagers, releases));
  await ours.scaleUp(2);
  const toldSeconds = round(await ours.loseTaskManager(true));
  const untoldSeconds = round(await ours.loseTaskManager(false));
  const { seconds, taskManagersRestarted } = await ours.loseJobManager();
  await ours.release();
  return {
    scaleUp,
    taskManagerLoss: { toldSeconds, untoldSeconds },
    idleReleaseSeconds: round(median(releases)),
    jobManagerFailover: { ha: true, seconds: round(seconds), taskManagersRestarted },
  };
}

async function measureScaleUp(taskManagers: number, releases: number[]) {
  const seconds: number[] = [];
  const byJava: number[] = [];
  const byScripts: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    seconds.push(await ours.scaleUp(taskManagers));
    releases.push(await ours.release());
    byJava.push(await byHand.scaleUp('java', taskManagers));
    byScripts.push(await byHand.scaleUp('scripts', taskManagers));
  }
  return {
    taskManagers,
    seconds: round(median(seconds)),
    byHandSeconds: round(median(byJava)),
    byScriptsSeconds: round(median(byScripts)),
    ratio: round(median(seconds) / median(byJava)),
    ratioByScripts: round(median(seconds) / median(byScripts)),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
