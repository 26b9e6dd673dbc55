/**
 * Imports go only where ARCHITECTURE.md lets them: the table below is the one of that page. A room is named by its
 * longest matching prefix, so `src/scheduler/model` is a room of its own inside `src/scheduler`.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'ava';

const everything = ['*'];

const component = [
  'src/lib',
  'src/mesos-api-client/protocol',
  'src/scheduler/model',
  'src/scheduler/frame-builder.ts',
  'src/scheduler/task-book.ts',
];

const mayImport: Record<string, readonly string[]> = {
  'src/main.ts': everything,
  'src/main': everything,
  'src/lib': [],
  'src/mesos-api-client': ['src/lib', 'src/mesos-api-client/protocol'],
  'src/mesos-api-client/protocol': ['src/lib'],
  'src/zookeeper': ['src/lib'],
  'src/store': ['src/lib', 'src/zookeeper'],
  'src/scheduler': [
    'src/lib',
    'src/mesos-api-client/protocol',
    'src/scheduler/model',
    'src/scheduler/frame-builder.ts',
    'src/scheduler/task-book.ts',
    'src/scheduler/connection-manager',
    'src/scheduler/launch-coordinator',
    'src/scheduler/task-monitor',
    'src/scheduler/reconciliation-coordinator',
  ],
  'src/scheduler/model': ['src/lib', 'src/mesos-api-client/protocol'],
  // What the components share: how a frame is gathered, and the one book of tasks.
  'src/scheduler/frame-builder.ts': ['src/lib', 'src/mesos-api-client/protocol', 'src/scheduler/model'],
  'src/scheduler/task-book.ts': [
    'src/mesos-api-client/protocol',
    'src/scheduler/model',
    'src/scheduler/frame-builder.ts',
  ],
  // No component imports a sibling.
  'src/scheduler/connection-manager': component,
  'src/scheduler/launch-coordinator': component,
  'src/scheduler/task-monitor': component,
  'src/scheduler/reconciliation-coordinator': component,
  'src/flink': ['src/lib', 'src/scheduler/model', 'src/mesos-api-client/protocol'],
  'src/artifacts': ['src/lib'],
  'src/runtime': [
    'src/lib',
    'src/scheduler',
    'src/scheduler/model',
    'src/flink',
    'src/store',
    'src/zookeeper',
    'src/artifacts',
    'src/mesos-api-client',
    'src/mesos-api-client/protocol',
  ],
  'src/dispatcher': [
    'src/lib',
    'src/runtime',
    'src/flink',
    'src/artifacts',
    'src/scheduler/model',
    'src/observability',
    'src/mesos-api-client/protocol',
  ],
  'src/operator': [
    'src/lib',
    'src/runtime',
    'src/dispatcher',
    'src/flink',
    'src/scheduler/model',
    'src/mesos-api-client/protocol',
  ],
  'src/observability': ['src/lib', 'src/scheduler/model', 'src/flink', 'src/runtime', 'src/mesos-api-client/protocol'],
  'src/api': [
    'src/lib',
    'src/dispatcher',
    'src/operator',
    'src/observability',
    'src/artifacts',
    'src/flink',
    'src/scheduler/model',
  ],
  'src/cli': ['src/lib', 'src/api'],
  'src/web': ['src/lib', 'src/api'],
  'src/local-mesos': ['src/local-mesos/server'],
  'src/local-mesos/model': ['src/lib', 'src/mesos-api-client/protocol'],
  'src/local-mesos/server': [
    'src/lib',
    'src/local-mesos/model',
    'src/mesos-api-client',
    'src/mesos-api-client/protocol',
    'src/zookeeper',
  ],
};

/** Rooms without a clock, randomness, I/O or await. */
const pureRooms = [
  'src/lib',
  'src/mesos-api-client/protocol',
  'src/scheduler',
  'src/flink/plan',
  'src/flink/render',
  'src/local-mesos/model',
];

const files = globSync('src/**/*.{ts,tsx}').sort();

function roomOf(file: string): string {
  const rooms = Object.keys(mayImport).filter((room) => file === room || file.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? '(no room)';
}

function importsOf(file: string): { specifier: string; typeOnly: boolean }[] {
  const source = readFileSync(file, 'utf8');
  return [
    ...source.matchAll(/^\s*(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)/gm),
  ].map((match) => ({
    specifier: match[2] ?? match[3] ?? '',
    typeOnly: match[1] !== undefined,
  }));
}

test('every source file stands in a room', (t) => {
  t.deepEqual(
    files.filter((file) => roomOf(file) === '(no room)'),
    [],
  );
});

test('imports between rooms follow the table', (t) => {
  const trespasses: string[] = [];
  for (const file of files) {
    const from = roomOf(file);
    const allowed = mayImport[from] ?? [];
    for (const { specifier } of importsOf(file)) {
      if (!specifier.startsWith('.')) continue;
      const target = relative('.', join(dirname(file), specifier));
      const to = roomOf(target);
      if (to !== from && !allowed.includes('*') && !allowed.includes(to))
        trespasses.push(`${file} imports ${target} (${from} → ${to})`);
    }
  }
  t.deepEqual(trespasses, []);
});

test('the command-line client and the dashboard take only types from the API', (t) => {
  const taken = files
    .filter((file) => ['src/cli', 'src/web'].includes(roomOf(file)))
    .flatMap((file) =>
      importsOf(file)
        .filter(({ specifier, typeOnly }) => specifier.includes('/api/') && !typeOnly)
        .map(({ specifier }) => `${file}: ${specifier}`),
    );
  t.deepEqual(taken, []);
});

test('pure rooms have no clock, no randomness, no I/O, no await and no logger', (t) => {
  const forbidden =
    /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|setTimeout|setInterval|(?<!\.)process\.(env|exit|cwd|argv|pid|on|hrtime|nextTick)|console\.)|\bawait\b|from 'node:|from '(undici|fastify|pino|prom-client)'/;
  const impure: string[] = [];
  for (const file of files.filter((file) => pureRooms.some((room) => file.startsWith(`${room}/`)))) {
    const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    const found = forbidden.exec(code);
    if (found !== null) impure.push(`${file}: ${found[0]}`);
  }
  t.deepEqual(impure, []);
});

test('files stay small', (t) => {
  const lines = files.map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length }));
  const sorted = lines.map((entry) => entry.lines).sort((a, b) => a - b);
  t.true((sorted[Math.floor(sorted.length / 2)] ?? 0) <= 120, 'the median file is at most 120 lines');
  t.deepEqual(
    lines.filter((entry) => entry.lines > 400),
    [],
  );
});
