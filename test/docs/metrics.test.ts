/** docs/metrics.md, the Grafana dashboard and the alerts speak of the metrics that there are, and of all of them. */
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { parse, stringify } from 'yaml';
import { createMetrics } from '../../src/observability/metrics.ts';

const metrics = createMetrics({
  tasks: () => [],
  tasksOf: () => [],
  clusters: () => [],
  clusterStatus: () => ({ phase: 'running', reachable: true, taskManagers: 0, slots: 0, freeSlots: 0 }),
  scheduler: () => ({ connection: { state: 'standby' }, reconciled: false, offersHeld: 0, tasksWaiting: 0 }),
});

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const rules = () =>
  (parse(readFileSync('monitoring/alerts.yaml', 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
    (group) => group.rules,
  );

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

const expressions = () =>
  (JSON.parse(readFileSync('monitoring/grafana.json', 'utf8')) as { panels: Panel[] }).panels.flatMap(({ targets }) =>
    targets.map(({ expr }) => expr),
  );

test('docs/metrics.md and the registry say the same', (t) => {
  const documented = readFileSync('docs/metrics.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `flink_mesos_'));
  const actual = metrics
    .described()
    .map(
      ({ name, type, labels, help }) =>
        `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
    );
  t.deepEqual(documented, actual);
});

test('dashboard and alerts ask for metrics that there are, with labels that they have', async (t) => {
  const known = new Map(metrics.described().map(({ name, labels }) => [name, labels]));
  const ofNode = new Set((await metrics.text()).match(/^flink_mesos_(process|nodejs)_\w+/gm));
  const asked = [...expressions(), ...rules().map(({ expr }) => expr)].join('\n');
  for (const [, name = '', matchers = ''] of asked.matchAll(/\b(flink_mesos_\w+)(?:\{([^}]*)\})?/g)) {
    if (ofNode.has(name)) continue;
    const labels = known.get(name) ?? known.get(name.replace(/_(bucket|sum|count)$/, ''));
    t.truthy(labels, name);
    for (const [, label = ''] of matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) {
      t.true(['job', 'instance', 'le', ...(labels ?? [])].includes(label), `${name}{${label}}`);
    }
  }
});

test('every alert has words for people and a severity', (t) => {
  for (const { alert, labels, annotations } of rules()) {
    t.regex(alert, /^FlinkMesos[A-Z]/);
    t.true(['warning', 'critical'].includes(labels.severity), alert);
    t.true(annotations.summary.length > 20 && annotations.description.length > 20, alert);
  }
  const tested = readFileSync('monitoring/alerts.test.yaml', 'utf8');
  for (const { alert } of rules()) t.regex(tested, new RegExp(`alertname: ${alert}\\n`), `${alert} is tested to fire`);
});

/** Prometheus' own tool where there is one: `PROMTOOL`, or what .ci/run puts into the cache. */
const promtool = [
  process.env.PROMTOOL ?? '',
  '/usr/bin/promtool',
  ...globSync(join(cacheDir(), 'promtool*/promtool')),
].find((path) => path !== '' && existsSync(path));

function cacheDir(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? '/root', '.cache'), 'flink-mesos');
}

/** Without it what can be checked of an expression is that its brackets and quotes close. */
function isBalanced(expr: string): boolean {
  const bare = expr.replace(/"(?:[^"\\]|\\.)*"/g, '');
  const open: string[] = [];
  for (const character of bare) {
    if ('([{'.includes(character)) open.push(character);
    else if (')]}'.includes(character) && open.pop() !== { ')': '(', ']': '[', '}': '{' }[character]) return false;
  }
  return open.length === 0 && !bare.includes('"');
}

test('promtool takes the alerts, the expressions of the dashboard and the text of the metrics', async (t) => {
  const asRules = {
    groups: [
      {
        name: 'dashboard',
        rules: expressions().map((expr, n) => ({
          record: `panel_${n}`,
          expr: expr.replaceAll('$__rate_interval', '5m'),
        })),
      },
    ],
  };
  for (const expr of [...expressions(), ...rules().map((rule) => rule.expr)]) t.true(isBalanced(expr), expr);
  if (promtool === undefined) {
    t.log('promtool was not found: only names, labels and brackets are checked');
    return;
  }
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-promtool-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const file = join(directory, 'dashboard.yaml');
  await writeFile(file, stringify(asRules));
  await run(t, promtool, ['check', 'rules', 'monitoring/alerts.yaml', file]);
  await run(t, promtool, ['test', 'rules', 'monitoring/alerts.test.yaml']);
  // What the library calls its own gauges of handles is not ours to name.
  const ours = (await metrics.text()).split('\n').filter((line) => !line.includes('flink_mesos_nodejs_active_'));
  await run(t, promtool, ['check', 'metrics'], `${ours.join('\n').trimEnd()}\n`);
});

async function run(t: ExecutionContext, tool: string, args: readonly string[], input?: string): Promise<void> {
  const running = promisify(execFile)(tool, [...args]);
  running.child.stdin?.end(input);
  await running.then(
    () => t.pass(),
    ({ stdout, stderr }: { stdout: string; stderr: string }) => t.fail(`${args.join(' ')}: ${stdout}${stderr}`),
  );
}
