/** The specification of a cluster, from a file or from options. What it says is the API's to judge. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { InvalidArgumentError } from 'commander';
import _ from 'lodash';
import type { ClusterSpec } from '../../api/views.ts';
import { Problem } from '../../lib/problem.ts';
import type { ClientIo } from '../io.ts';

export interface CreateOptions {
  readonly file?: string;
  readonly taskManagers?: number;
  readonly elastic?: { readonly min: number; readonly max: number; readonly spare: number };
  readonly standbyJobManagers?: number;
  readonly slots?: number;
  readonly cpus?: number;
  readonly memory?: number;
  readonly jobManagerCpus?: number;
  readonly jobManagerMemory?: number;
  readonly flinkVersion?: string;
  readonly internalTls?: boolean;
  readonly define?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly constraint?: Constraint[];
  readonly prefer?: Constraint[];
  readonly jobManagerConstraint?: Constraint[];
  readonly jobManagerPrefer?: Constraint[];
  readonly spreadOver?: string[];
  readonly awayFrom?: string[];
  readonly exclusive?: boolean;
  readonly fitness?: 'pack' | 'spread';
  readonly role?: string;
  readonly priority?: number;
  readonly weight?: number;
  readonly limitCpus?: number;
  readonly limitMemory?: number;
  readonly limitTasks?: number;
  readonly guaranteeCpus?: number;
  readonly guaranteeMemory?: number;
  readonly guaranteeTasks?: number;
  readonly together?: boolean;
  readonly resource?: Readonly<Record<string, number>>;
  readonly keepPlaces?: boolean;
  readonly localRecovery?: string | true;
  readonly volume?: { readonly volumeMiB: number; readonly volumePath?: string };
}

type Constraint = [string, string] | [string, string, string];

/** What else says something of the cluster. */
const specOptions = [
  'taskManagers',
  'elastic',
  'standbyJobManagers',
  'slots',
  'cpus',
  'memory',
  'jobManagerCpus',
  'jobManagerMemory',
  'flinkVersion',
  'internalTls',
  'define',
  'environment',
  'constraint',
  'prefer',
  'jobManagerConstraint',
  'jobManagerPrefer',
  'spreadOver',
  'awayFrom',
  'exclusive',
  'fitness',
  'role',
  'priority',
  'weight',
  'limitCpus',
  'limitMemory',
  'limitTasks',
  'guaranteeCpus',
  'guaranteeMemory',
  'guaranteeTasks',
  'together',
  'resource',
  'keepPlaces',
  'localRecovery',
  'volume',
] as const;

export function elasticRange(text: string): NonNullable<CreateOptions['elastic']> {
  const match = /^(\d{1,4}):(\d{1,4})(?::(\d{1,4}))?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('It is not MIN:MAX or MIN:MAX:SPARE, as in 0:10.');
  return { min: Number(match[1]), max: Number(match[2]), spare: Number(match[3] ?? 0) };
}

/** `FIELD:OPERATOR` or `FIELD:OPERATOR:VALUE`, as DC/OS writes constraints; the value may hold colons. Collects several. */
export function constraint(text: string, before: readonly Constraint[] = []): Constraint[] {
  const [field = '', operator = '', ...rest] = text.split(':');
  if (field === '' || operator === '') {
    throw new InvalidArgumentError('It is not FIELD:OPERATOR or FIELD:OPERATOR:VALUE, as in hostname:MAX_PER:2.');
  }
  return [...before, rest.length === 0 ? [field, operator] : [field, operator, rest.join(':')]];
}

/** `NAME=AMOUNT`. Collects several. */
export function resource(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const match = /^([^=]+)=(\d{1,10}(?:\.\d{1,3})?)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('It is not NAME=AMOUNT, as in gpus=1.');
  return { ...before, [match[1] ?? '']: Number(match[2]) };
}

/** `MIB` or `MIB:PATH`. */
export function volume(text: string): NonNullable<CreateOptions['volume']> {
  const match = /^(\d{1,8})(?::(.+))?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('It is not MIB or MIB:PATH, as in 20480:state.');
  const volumeMiB = Number(match[1]);
  return match[2] === undefined ? { volumeMiB } : { volumeMiB, volumePath: match[2] };
}

export async function clusterSpec(name: string | undefined, options: CreateOptions, io: ClientIo): Promise<unknown> {
  if (options.elastic !== undefined && options.taskManagers !== undefined) {
    throw new Problem('USAGE', 'give --task-managers or --elastic, not both');
  }
  if (options.file === undefined) return fromOptions(name ?? 'default', options);
  const both = specOptions.filter((option) => options[option] !== undefined);
  if (both.length > 0) {
    const named = both.map((option) => `--${_.kebabCase(option)}`).join(', ');
    throw new Problem('USAGE', `--file says it all: leave out ${named}, or write it into the file`);
  }
  return named(name, await readSpec(options.file, io), options.file);
}

export function fromOptions(name: string, options: CreateOptions): ClusterSpec {
  const jobManager = given({
    cpus: options.jobManagerCpus,
    memoryMiB: options.jobManagerMemory,
    constraints: options.jobManagerConstraint,
    preferences: options.jobManagerPrefer,
  });
  const taskManager = given({
    cpus: options.cpus,
    memoryMiB: options.memory,
    slots: options.slots,
    constraints: options.constraint,
    preferences: options.prefer,
    localRecovery:
      options.localRecovery === undefined || options.localRecovery === true
        ? options.localRecovery && {}
        : { directory: options.localRecovery },
    resources: options.resource,
    kept: options.volume ?? (options.keepPlaces ? {} : undefined),
  });
  const placement = placementFrom(options);
  return {
    name,
    ...(options.flinkVersion === undefined ? {} : { flink: { version: options.flinkVersion } }),
    ...(_.isEmpty(jobManager) ? {} : { jobManager }),
    ...(_.isEmpty(taskManager) ? {} : { taskManager }),
    ...(options.internalTls ? { security: { internalTls: true } } : {}),
    ...(options.taskManagers === undefined ? {} : { taskManagers: { mode: 'fixed', count: options.taskManagers } }),
    ...(options.elastic === undefined ? {} : { taskManagers: { mode: 'elastic', ...options.elastic } }),
    ...(options.standbyJobManagers === undefined
      ? {}
      : { highAvailability: { mode: 'zookeeper', standbys: options.standbyJobManagers } }),
    ...(_.isEmpty(placement) ? {} : { placement }),
    ...(options.define === undefined ? {} : { configuration: options.define }),
    ...(options.environment === undefined ? {} : { environment: options.environment }),
  };
}

function placementFrom(options: CreateOptions): NonNullable<ClusterSpec['placement']> {
  const limit = given({ cpus: options.limitCpus, memoryMiB: options.limitMemory, tasks: options.limitTasks });
  const guarantee = given({
    cpus: options.guaranteeCpus,
    memoryMiB: options.guaranteeMemory,
    tasks: options.guaranteeTasks,
  });
  return given({
    ..._.pick(options, ['role', 'spreadOver', 'awayFrom', 'exclusive', 'together', 'fitness', 'priority', 'weight']),
    limit: _.isEmpty(limit) ? undefined : limit,
    guarantee: _.isEmpty(guarantee) ? undefined : guarantee,
  });
}

function given<Fields extends object>(fields: Fields): Partial<Fields> {
  return _.omitBy(fields, _.isUndefined) as Partial<Fields>;
}

async function readSpec(file: string, io: ClientIo): Promise<unknown> {
  const content = file === '-' ? await text(io.stdin) : await readText(file);
  try {
    return JSON.parse(content);
  } catch (cause) {
    const where = file === '-' ? 'standard input' : file;
    throw new Problem('SPEC_INVALID', `${where} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Problem('USAGE', `--file ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function named(name: string | undefined, spec: unknown, file: string): unknown {
  if (name === undefined || !_.isPlainObject(spec)) return spec;
  const inFile = (spec as { name?: unknown }).name;
  if (inFile !== undefined && inFile !== name) {
    throw new Problem('USAGE', `the cluster is named ${name} here and ${JSON.stringify(inFile)} in ${file}`);
  }
  return { ...(spec as object), name };
}
