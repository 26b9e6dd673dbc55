/**
 * What is recorded beside what is ours. Ids that the two masters gave stand for each other: the first time that a pair
 * meets it is kept, and from then on both must be used alike. Whatever else differs is a difference, unless it is one of
 * those that are allowed here, each with its reason.
 */
import { isDeepStrictEqual } from 'node:util';
import _ from 'lodash';

/** Members whose values are ids that a master, an agent or a run of a task gives. */
const idMembers: ReadonlySet<string> = new Set(['value', 'uuid', 'id']);
const isId = /^[0-9a-f]{8}-[0-9a-f-]{27}(-(S|O)?\d+)?$|^[A-Za-z0-9+/]{22}==$/;

export interface Rule {
  /** What it is held against: the path of a difference, with time and stream before it and both values behind it. */
  readonly where: RegExp;
  readonly reason: string;
}

/** May differ in every recording, by the path of the member. */
export const allowedEverywhere: readonly { readonly path: RegExp; readonly reason: string }[] = [
  {
    path: /\.(timestamp|nanoseconds|(start|elected|registered|reregistered|estimated_drain_start)_time(_seconds)?)$/,
    reason: 'the time',
  },
  { path: /\.build_(date|time|user)$/, reason: 'nobody built the embedded Mesos' },
  { path: /\.flags(\.|$)/, reason: 'the embedded Mesos has flags of its own' },
  { path: /\.port$/, reason: 'ours are free ports' },
  { path: /^\.headers\.location$/, reason: 'holds the port' },
  { path: /\.pid$/, reason: 'holds the port' },
  { path: /\.executor_pid$/, reason: 'the process of the task' },
  { path: /\.master_info\.capabilities$/, reason: 'what is not built is not announced' },
];

export interface Translation {
  /** Puts our ids in the place of the recorded ones. */
  ours(text: string): string;
  learn(theirs: string, own: string): string | undefined;
}

export function createTranslation(known: readonly (readonly [string, string])[] = []): Translation {
  const forward = new Map<string, string>(known);
  const back = new Map<string, string>(known.map(([theirs, own]) => [own, theirs]));
  return {
    // Longest first: the id of a master is the beginning of those that it gives.
    ours: (text) =>
      [...forward]
        .sort(([a], [b]) => b.length - a.length)
        .reduce((done, [theirs, own]) => done.replaceAll(theirs, own), text),
    learn: (theirs, own) => {
      if ((forward.get(theirs) ?? own) !== own || (back.get(own) ?? theirs) !== theirs) {
        return `${theirs} stood for ${forward.get(theirs)}, ${own} for ${back.get(own)}`;
      }
      forward.set(theirs, own);
      back.set(own, theirs);
      return undefined;
    },
  };
}

/** The differences, as `path: recorded | ours`. */
export function differences(theirs: unknown, own: unknown, translation: Translation, path = ''): string[] {
  if (allowedEverywhere.some((each) => each.path.test(path))) return [];
  const repeated = typeof theirs === 'string' ? /^<(\d+) times (.)>$/.exec(theirs) : null;
  if (repeated !== null)
    return own === repeated[2]?.repeat(Number(repeated[1])) ? [] : [`${path}: ${theirs} | other text`];
  if (typeof theirs === 'string' && typeof own === 'string') {
    const name = path.slice(path.lastIndexOf('.') + 1);
    if (idMembers.has(name) && isId.test(theirs) && isId.test(own)) {
      const fault = translation.learn(theirs, own);
      return fault === undefined ? [] : [`${path}: ${fault}`];
    }
    if (theirs.includes('\n') && own.includes('\n')) return lineDifferences(translation.ours(theirs), own, path);
    return words(translation.ours(theirs)) === words(own) ? [] : [`${path}: ${theirs} | ${own}`];
  }
  if (Array.isArray(theirs) && Array.isArray(own)) {
    if (theirs.length !== own.length) return [`${path}: ${JSON.stringify(theirs)} | ${JSON.stringify(own)}`];
    const [left, right] = [inOrder(theirs), inOrder(own)];
    return left.flatMap((each, index) => differences(each, right[index], translation, `${path}.${index}`));
  }
  if (isObject(theirs) && isObject(own)) {
    // Metrics have ids in their names.
    const left = _.mapKeys(theirs, (_value, name) => translation.ours(name));
    const names = [...new Set([...Object.keys(left), ...Object.keys(own)])];
    return names.flatMap((name) => differences(left[name], own[name], translation, `${path}.${name}`));
  }
  return isDeepStrictEqual(theirs, own) ? [] : [`${path}: ${JSON.stringify(theirs)} | ${JSON.stringify(own)}`];
}

/** A sentence with our port; where it lists resources, they come in the order of a hash table. */
function words(text: string): string {
  const here = withoutPort(text);
  return here.includes('; ') ? here.split(/[; ]+/).sort().join(' ') : here;
}

function withoutPort(text: string): string {
  return text.replace(/([@=])127\.0\.0\.1:\d+/g, '$1127.0.0.1:port');
}

/** The lines of a file, in any order: an environment has none. */
function lineDifferences(theirs: string, own: string, path: string): string[] {
  const [left, right] = [withoutPort(theirs).split('\n'), withoutPort(own).split('\n')];
  return [
    ...left.filter((line) => !right.includes(line)).map((line) => `${path}: ${line} | no such line`),
    ...right.filter((line) => !left.includes(line)).map((line) => `${path}: no such line | ${line}`),
  ];
}

/** Resources and offers are sets: Mesos lists them in the order of its hash tables. */
function inOrder(list: readonly unknown[]): unknown[] {
  return [...list].sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
}

function keyOf(value: unknown): string {
  if (!isObject(value)) return '';
  const { name, hostname, task_id, id, allocation_info, reservations, disk, begin, path, agent_info, type } = value;
  const executor = value.executor_id ?? (isObject(value.executor_info) ? value.executor_info.executor_id : undefined);
  // Those of the old pages have neither name nor type.
  const amounts = Array.isArray(value.resources)
    ? value.resources.map(({ name: what, scalar }) => `${what} ${scalar?.value}`).sort()
    : value.resources;
  const host = hostname ?? (isObject(agent_info) ? agent_info.hostname : undefined);
  // Ids that a master gave say nothing about the order.
  const given = typeof id === 'string' && !isId.test(id) ? id : undefined;
  return JSON.stringify([
    name,
    host,
    task_id,
    given,
    allocation_info,
    reservations,
    disk,
    begin,
    path,
    type,
    amounts,
    executor,
  ]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
