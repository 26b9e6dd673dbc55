/**
 * What a scheduler may be told of its clusters: the specification that each has unless it says otherwise, and which clusters
 * there are to be from the start. A package of DC/OS or an app of Marathon says it in the environment, option by option.
 */
import type { Command } from 'commander';
import _ from 'lodash';
import { validate } from '../dispatcher/validate.ts';
import { completeSpec } from '../flink/render/complete-spec.ts';
import { judgeSpec } from '../flink/render/judge-spec.ts';
import { memoryForHeap } from '../flink/render/memory-for-heap.ts';
import { ClusterSpec } from '../flink/spec.ts';
import { Problem } from '../lib/problem.ts';
import {
  parseConfiguration,
  parseConstraints,
  parseFlinkHome,
  parseHostAttributes,
  parseLabels,
  parseTaskManagers,
  parseUris,
} from './cluster-words.ts';

export type ClusterDefaults = Omit<ClusterSpec, 'name'>;

export interface ClusterSettings {
  readonly clusterDefaults: ClusterDefaults;
  /** Names of clusters that are created where they are missing. */
  readonly clusters: readonly string[];
  /** Why these options cannot be followed, in sentences. */
  readonly clusterFaults: readonly string[];
}

interface Row {
  readonly flags: string;
  readonly what: string;
  /** Where its value stands in a specification. */
  readonly path?: string;
  readonly parse: (text: string, option: string) => unknown;
}

const number = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));
const word = (text: string): string => text;
const words = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);

/** What is neither stays text, which the schema refuses. */
const trueOrFalse = (text: string): unknown => ({ true: true, false: false })[text.trim()] ?? text;

/** What both kinds of processes are told alike. */
function processRows(part: 'jobManager' | 'taskManager', name: string): readonly Row[] {
  const option = `--${name.toLowerCase()}`;
  return [
    { flags: `${option}-cpus <cpus>`, what: `CPUs of a ${name}`, path: `${part}.cpus`, parse: number },
    { flags: `${option}-memory <MiB>`, what: `memory of a ${name}`, path: `${part}.memoryMiB`, parse: number },
    { flags: `${option}-disk <MiB>`, what: `disk of a ${name}`, path: `${part}.diskMiB`, parse: number },
    {
      flags: `${option}-placement <constraints>`,
      what: `where ${name}s may run: FIELD:OPERATOR:VALUE,… or JSON`,
      path: `${part}.constraints`,
      parse: parseConstraints,
    },
  ];
}

/** A value is judged where it lands: by the schema of specifications. */
const rows: readonly Row[] = [
  ...processRows('jobManager', 'JobManager'),
  ...processRows('taskManager', 'TaskManager'),
  { flags: '--taskmanager-slots <count>', what: 'slots of a TaskManager', path: 'taskManager.slots', parse: number },
  {
    flags: '--taskmanagers <count|min:max[:spare]>',
    what: 'how many TaskManagers a cluster has: so many, or as many as jobs need',
    path: 'taskManagers',
    parse: parseTaskManagers,
  },
  {
    flags: '--spread-over <field,...>',
    what: 'spread TaskManagers over the values of these fields, such as @zone',
    path: 'placement.spreadOver',
    parse: words,
  },
  {
    flags: '--jobmanager-standbys <count>',
    what: 'JobManagers that wait to take over (with --zk)',
    path: 'highAvailability',
    // None is nothing said: JobManagers are highly available where the scheduler is.
    parse: (text) => (text.trim() === '0' ? undefined : { mode: 'zookeeper', standbys: number(text) }),
  },
  {
    flags: '--kill-grace <seconds>',
    what: 'between SIGTERM and SIGKILL of a process',
    path: 'processes.killGraceSeconds',
    parse: number,
  },
  {
    flags: '--class-archives <directory|none>',
    what: "directory of the agents for archives of Flink's classes, from which processes start sooner",
    path: 'processes.classArchives',
    parse: (text) => (text.trim() === 'none' ? false : word(text)),
  },
  {
    flags: '--process-uris <uri,...>',
    what: 'fetched and unpacked for every process; one that holds bin/java is its Java',
    path: 'processes.uris',
    parse: parseUris,
  },
  {
    flags: '--process-image <image>',
    what: 'image of all processes, of Docker',
    path: 'processes.container.image',
    parse: word,
  },
  {
    flags: '--process-network <name>',
    what: 'network on which all processes have addresses of their own',
    path: 'processes.container.network',
    parse: word,
  },
  {
    flags: '--process-network-labels <name:value,...>',
    what: 'what the plugin of that network is told',
    path: 'processes.container.networkLabels',
    parse: parseLabels,
  },
  {
    flags: '--process-flink <version@home>',
    what: 'the Flink that lies in the image, or on all agents, as 2.3.0@/opt/flink',
    path: 'flink',
    parse: parseFlinkHome,
  },
  {
    flags: '--internal-tls <true|false>',
    what: 'their processes speak TLS with each other, by a key that is made for each cluster',
    path: 'security.internalTls',
    parse: trueOrFalse,
  },
  {
    flags: '--flink-log-level <level>',
    what: "log level of Flink's processes",
    path: 'logging.level',
    parse: (text) => text.toUpperCase(),
  },
  {
    flags: '--checkpoint-dir <uri>',
    what: 'where checkpoints go (default: below --storage)',
    path: 'configuration["execution.checkpointing.dir"]',
    parse: word,
  },
  {
    flags: '--savepoint-dir <uri>',
    what: 'where savepoints go (default: below --storage)',
    path: 'configuration["execution.checkpointing.savepoint-dir"]',
    parse: word,
  },
  {
    flags: '--parallelism-default <count>',
    what: 'parallelism of jobs that name none',
    path: 'configuration["parallelism.default"]',
    parse: word,
  },
  {
    flags: '--flink-config <options>',
    what: 'other options of Flink, as -Dkey=value or key=value between blanks',
    path: 'configuration',
    parse: parseConfiguration,
  },
];

/** These have a say in several fields. */
const others: readonly Omit<Row, 'path'>[] = [
  {
    flags: '--jobmanager-heap <MiB>',
    what: 'heap that a JobManager has at least: its memory is raised',
    parse: number,
  },
  { flags: '--taskmanager-heap <MiB>', what: 'heap that tasks have at least: the memory is raised', parse: number },
  {
    flags: '--host-attributes <name:value,...>',
    what: 'attributes that agents must have, for all processes',
    parse: parseHostAttributes,
  },
  { flags: '--clusters <name,...>', what: 'clusters to create where they are missing', parse: words },
];

export function addClusterOptions(command: Command): Command {
  for (const { flags, what } of [...rows, ...others]) command.option(flags, `clusters: ${what}`);
  return command;
}

export const clusterOptionNames: readonly string[] = [...rows, ...others].map(({ flags }) => nameOf(flags));

/** A service that runs goes on with the options of before where these are faulty (configuration.ts). */
export function readClusterSettings(options: Readonly<Record<string, unknown>>): ClusterSettings {
  try {
    return { ...readSettings(options), clusterFaults: [] };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { clusterDefaults: {}, clusters: [], clusterFaults: [error.message] };
  }
}

function readSettings(options: Readonly<Record<string, unknown>>): Omit<ClusterSettings, 'clusterFaults'> {
  const defaults: Record<string, unknown> = {};
  for (const { flags, path, parse } of rows) {
    const text = given(options, flags);
    if (text === undefined || path === undefined) continue;
    const value = parse(text, nameOf(flags));
    if (value === undefined) continue;
    const before: unknown = _.get(defaults, path);
    _.set(
      defaults,
      path,
      _.isPlainObject(before) && _.isPlainObject(value) ? { ...(value as object), ...(before as object) } : value,
    );
  }
  const told = <Value>(flags: string): Value | undefined => {
    const row = others.find((each) => each.flags.startsWith(`${flags} `));
    const text = row === undefined ? undefined : given(options, row.flags);
    return text === undefined ? undefined : (row?.parse(text, flags) as Value);
  };
  const sized = withHeap(defaults as ClusterDefaults, told('--jobmanager-heap'), told('--taskmanager-heap'));
  const clusterDefaults = withAttributes(sized, told('--host-attributes') ?? []);
  const clusters = _.uniq(told<string[]>('--clusters') ?? []);
  refuseImpossible(clusterDefaults, clusters);
  return { clusterDefaults, clusters };
}

function withHeap(defaults: ClusterDefaults, jobManager?: number, taskManager?: number): ClusterDefaults {
  const { configuration = {} } = defaults;
  const complete = completeSpec({ name: 'defaults', ...defaults }, nothingKnown);
  const raised = (part: 'jobManager' | 'taskManager', heapMiB: number | undefined) =>
    heapMiB === undefined
      ? {}
      : {
          [part]: {
            ...defaults[part],
            memoryMiB: memoryForHeap(part, complete[part].memoryMiB, heapMiB, configuration),
          },
        };
  return { ...defaults, ...raised('jobManager', jobManager), ...raised('taskManager', taskManager) };
}

function withAttributes(defaults: ClusterDefaults, constraints: [string, string, string][]): ClusterDefaults {
  if (constraints.length === 0) return defaults;
  const added = (part: 'jobManager' | 'taskManager') => ({
    ...defaults[part],
    constraints: [...(defaults[part]?.constraints ?? []), ...constraints],
  });
  return { ...defaults, jobManager: added('jobManager'), taskManager: added('taskManager') };
}

/** What counts here are sizes and options; the source of Flink is somebody else's. */
const nothingKnown = { version: '2.3.0', source: { version: '2.3.0' }, zooKeeper: { quorum: 'unknown', path: '/' } };

function refuseImpossible(defaults: ClusterDefaults, clusters: readonly string[]): void {
  for (const name of clusters.length === 0 ? ['defaults'] : clusters) {
    const spec = validate(ClusterSpec, { name, ...defaults }, 'the specification that the options give to clusters');
    const faults = judgeSpec(completeSpec(spec, nothingKnown));
    if (faults.length > 0) throw new Problem('USAGE', `the options for clusters: ${faults.join('; ')}`);
  }
}

function given(options: Readonly<Record<string, unknown>>, flags: string): string | undefined {
  const text = options[_.camelCase(nameOf(flags))];
  return typeof text === 'string' && text.trim() !== '' ? text : undefined;
}

function nameOf(flags: string): string {
  return flags.split(' ')[0] ?? flags;
}
