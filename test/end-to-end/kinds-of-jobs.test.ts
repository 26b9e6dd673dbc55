/**
 * Jobs of different kinds really run, on the newest Flink and on the oldest: windows of event time, a batch job that
 * iterates, SQL as a job and through Flink's SQL gateway, a model served from state.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { EndpointView, JobView } from '../../src/dispatcher/dispatcher.ts';
import { linesBelow } from './support/files.ts';
import { jobsOf } from './support/flink-jobs.ts';
import { freePort } from './support/free-port.ts';
import { mavenJar } from './support/maven.ts';
import { answerOf, eventually, run } from './support/process.ts';
import { exampleJar, type Stack, startStack } from './support/stack.ts';

const execute = promisify(execFile);

/** Without a version: the newest. Maven has the parts that no distribution brings for these. */
const flinks = [
  { name: 'newest', version: undefined, parts: '2.3.0' },
  { name: '1.20.5', version: '1.20.5', parts: '1.20.0' },
] as const;

for (const flink of flinks) {
  test.serial(`sums in windows of event time, above a limit (Flink ${flink.name})`, async (t) => {
    const { stack, jar } = await clusterOf(flink);
    const events = 20_000;
    const job = await runJob(stack, jar, 'accountAlerts', ['--events', String(events), '--rate', '10000']);
    await stack.api.jobInState('jobs', job.id, 'FINISHED');
    t.deepEqual(await jobsOf(stack.api, 'jobs').accumulators(job.id), foretoldAlerts(events, 400));
  });

  test.serial(`a batch job that iterates (Flink ${flink.name})`, async (t) => {
    const { stack, jar } = await clusterOf(flink);
    const job = await runJob(stack, jar, 'pageRanks', ['--pages', '500', '--rounds', '5']);
    await stack.api.jobInState('jobs', job.id, 'FINISHED');
    t.deepEqual(await jobsOf(stack.api, 'jobs').accumulators(job.id), foretoldRanks(500, 5));
  });

  test.serial(`SQL as a job (Flink ${flink.name})`, async (t) => {
    const { stack, jar } = await clusterOf(flink);
    const out = join(stack.directory, 'sums');
    const statements = [
      "CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '1000', " +
        "'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000')",
      `CREATE TABLE sums (k BIGINT, s BIGINT) WITH ('connector' = 'filesystem', 'path' = 'file://${out}', 'format' = 'csv')`,
      'INSERT INTO sums SELECT MOD(n, 3), SUM(n) FROM numbers GROUP BY MOD(n, 3)',
    ].join(';\n');
    const job = await runJob(stack, jar, 'sqlStatements', ['--mode', 'batch', '--statements', statements]);
    await stack.api.jobInState('jobs', job.id, 'FINISHED');
    t.deepEqual(await linesBelow(out), ['0,166833', '1,167167', '2,166500']);
  });

  test.serial(`a model is served from the state of a running job (Flink ${flink.name})`, async (t) => {
    const { stack, jar, home } = await clusterOf(flink);
    const job = await runJob(stack, jar, 'servedModel', ['--keys', '10', '--rate', '1000'], 1);
    const { flinkJobId } = await stack.api.jobInState('jobs', job.id, 'RUNNING');
    // A TaskManager knows where state is kept if it runs something of that job.
    const answer = await eventually('an answer', async () => {
      for (const { name, hostname, port } of await stack.api.get<EndpointView[]>('/v1/clusters/jobs/endpoints')) {
        if (name !== 'state-proxy') continue;
        const address = ['--host', hostname, '--port', String(port), '--job', flinkJobId, '--key', '4'];
        const ask = ['-cp', `${home}/lib/*:${jar}`, 'flinkmesos.examples.AskModel', ...address];
        const said = await execute('java', ask).catch(() => undefined);
        if (said !== undefined) return said.stdout;
      }
      return undefined;
    });
    const [times = 0, spent = 0] = answer.trim().split(' ').map(Number);
    t.true(times > 0);
    t.is(spent, times * 5);
    await stack.api.send('DELETE', `/v1/clusters/jobs/jobs/${job.id}`);
    await stack.api.jobInState('jobs', job.id, 'CANCELED');
  });

  test.serial(`Flink's SQL gateway works with a cluster (Flink ${flink.name})`, async (t) => {
    const gatewayJar = await mavenJar(`org.apache.flink:flink-sql-gateway:${flink.parts}`);
    const { stack, home } = await clusterOf(flink);
    const gateway = await startGateway(t, stack, home, gatewayJar);
    const rows = await gateway.rows('SELECT k, SUM(v) FROM (VALUES (1, 2), (1, 3), (2, 4)) AS input(k, v) GROUP BY k');
    t.deepEqual(rows, [
      [1, 5],
      [2, 4],
    ]);
    await gateway.execute("CREATE TABLE ticks (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10')");
    await gateway.execute("CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')");
    await gateway.execute("SET 'execution.runtime-mode' = 'streaming'");
    const [[id] = []] = await gateway.rows('INSERT INTO nowhere SELECT n FROM ticks');
    await runsWhole(stack, String(id));
    const [[savepoint] = []] = await gateway.rows(`STOP JOB '${id}' WITH SAVEPOINT`);
    t.regex(String(savepoint), /^file:/);
    await stack.api.jobInState('jobs', String(id), 'FINISHED');
  });
}

interface World {
  readonly stack: Stack;
  readonly jar: string;
  readonly home: string;
}

/** One cluster for all jobs of a Flink: what one of them leaves behind does not disturb the next. */
const worlds = new Map<string, Promise<World>>();

test.after.always(async () => {
  for (const world of worlds.values()) await (await world).stack.close();
});

function clusterOf(flink: (typeof flinks)[number]): Promise<World> {
  const world = worlds.get(flink.name) ?? startCluster(flink);
  worlds.set(flink.name, world);
  return world;
}

async function startCluster({ version, parts }: (typeof flinks)[number]): Promise<World> {
  const { jar, home, version: flinkVersion } = await exampleJar(version);
  const queryable = await mavenJar(`org.apache.flink:flink-queryable-state-runtime:${parts}`);
  const stack = await startStack({ scheduler: ['--flink-version', flinkVersion] });
  await stack.api.send('POST', '/v1/clusters', {
    name: 'jobs',
    taskManagers: { mode: 'elastic', min: 0, max: 2, spare: 0 },
    processes: { libraries: [{ value: queryable }] },
    configuration: { 'queryable-state.enable': 'true' },
    taskManager: {
      ports: {
        'state-server': { option: 'queryable-state.server.ports' },
        'state-proxy': { option: 'queryable-state.proxy.ports' },
      },
    },
  });
  await stack.api.clusterRunning('jobs', 0);
  return { stack, jar, home };
}

function runJob(
  stack: Stack,
  jar: string,
  example: keyof typeof exampleClasses,
  args: readonly string[],
  parallelism = 2,
): Promise<JobView> {
  const options = ['--cluster', 'jobs', '--parallelism', String(parallelism)];
  return answerOf(stack.api.url, ['run', ...options, '--entry-class', exampleClasses[example], jar, ...args]);
}

/** Flink calls a job RUNNING before its subtasks are. */
async function runsWhole(stack: Stack, flinkJobId: string): Promise<void> {
  interface Overview {
    readonly jobs: readonly {
      readonly jid: string;
      readonly tasks: { readonly total: number; readonly running: number };
    }[];
  }
  await eventually(`all of ${flinkJobId} runs`, async () => {
    const { jobs } = await stack.api.get<Overview>('/v1/clusters/jobs/flink/jobs/overview');
    const tasks = jobs.find(({ jid }) => jid === flinkJobId)?.tasks;
    return tasks !== undefined && tasks.total > 0 && tasks.running === tasks.total;
  });
}

/** What AccountAlerts finds, by its own arithmetic. */
function foretoldAlerts(events: number, limit: number): Record<string, number> {
  const sums = new Map<string, number>();
  for (let index = 0; index < events; index++) {
    const at = index % 9 === 0 ? Math.max(0, index * 100 - 800) : index * 100;
    const window = `${index % 7} ${Math.floor(at / 10_000)}`;
    sums.set(window, (sums.get(window) ?? 0) + ((index * 37) % 101));
  }
  const alerts = [...sums.values()].filter((sum) => sum > limit);
  return { alerts: alerts.length, charged: alerts.reduce((all, sum) => all + sum, 0) };
}

/** What PageRanks finds, by its own arithmetic. */
function foretoldRanks(pages: number, rounds: number): Record<string, number> {
  let ranks = Array.from({ length: pages }, () => 1_000_000);
  for (let round = 0; round < rounds; round++) {
    const sums = ranks.map(() => 0);
    ranks.forEach((rank, page) => {
      for (const to of [(page * 2) % pages, (page * 3 + 1) % pages]) sums[to] = (sums[to] ?? 0) + Math.floor(rank / 2);
    });
    ranks = sums.map((sum) => 150_000 + Math.floor((sum * 85) / 100));
  }
  const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
  return { pages, ranks: sum(ranks), squares: sum(ranks.map((rank) => Math.floor(rank / 1000) ** 2)) };
}

/** Flink's own gateway, told where the cluster's JobManager is, and its REST as far as a session needs it. */
async function startGateway(t: ExecutionContext, stack: Stack, home: string, gatewayJar: string) {
  const endpoints = await stack.api.get<EndpointView[]>('/v1/clusters/jobs/endpoints');
  const rest = endpoints.find(({ name }) => name === 'rest');
  if (rest === undefined) throw new Error('the JobManager has no REST endpoint');
  const opt = join(stack.directory, 'opt');
  await mkdir(opt);
  for (const jar of await readdir(join(home, 'opt'))) await symlink(join(home, 'opt', jar), join(opt, jar));
  await symlink(gatewayJar, join(opt, 'flink-sql-gateway.jar'));
  const port = await freePort();
  const options = {
    'sql-gateway.endpoint.rest.address': '127.0.0.1',
    'sql-gateway.endpoint.rest.bind-address': '127.0.0.1',
    'sql-gateway.endpoint.rest.port': port,
    'execution.target': 'remote',
    'rest.address': rest.hostname,
    'rest.port': rest.port,
  };
  const args = Object.entries(options).map(([option, value]) => `-D${option}=${value}`);
  const environment = { FLINK_CONF_DIR: join(home, 'conf'), FLINK_LOG_DIR: stack.directory, FLINK_OPT_DIR: opt };
  const gateway = run(join(home, 'bin', 'sql-gateway.sh'), ['start-foreground', ...args], { env: environment });
  t.teardown(() => gateway.kill('SIGTERM'));
  const ask = async <Answer>(path: string, body?: object): Promise<Answer> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1${path}`, {
      ...(body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  const session = await eventually('a session', () =>
    ask<{ sessionHandle: string }>('/sessions', { properties: { 'execution.runtime-mode': 'batch' } }).catch(
      () => undefined,
    ),
  );
  const execute = async (statement: string): Promise<string> => {
    const sessionPath = `/sessions/${session.sessionHandle}`;
    const { operationHandle } = await ask<{ operationHandle: string }>(`${sessionPath}/statements`, { statement });
    const path = `${sessionPath}/operations/${operationHandle}`;
    const end = await eventually(statement, async () => {
      const { status } = await ask<{ status: string }>(`${path}/status`);
      return status === 'FINISHED' || status === 'ERROR' ? status : undefined;
    });
    if (end === 'ERROR') throw new Error(await ask<object>(`${path}/result/0`).then(JSON.stringify, String));
    return path;
  };
  const rows = async (statement: string): Promise<unknown[][]> => {
    interface Page {
      readonly results: { readonly data: readonly { readonly fields: unknown[] }[] };
      readonly nextResultUri?: string;
    }
    const found: unknown[][] = [];
    let path: string | undefined = `${await execute(statement)}/result/0`;
    while (path !== undefined) {
      const page: Page = await ask<Page>(path);
      found.push(...page.results.data.map(({ fields }) => fields));
      path = page.nextResultUri?.replace(/^\/v\d+/, '');
    }
    return found.sort();
  };
  return { execute, rows };
}
