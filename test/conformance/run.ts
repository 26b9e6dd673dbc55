/**
 * The conformance suite: `npm run conformance` against the embedded Mesos, started as a process of its own, or
 * `npm run conformance -- --master HOST:PORT` against any other; against the embedded one recorded exchanges with a real
 * master are played as well. Scenarios run one after the other, because each wants
 * the cluster for itself; a name given with --only runs those whose ids or titles hold it.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { longRecordings, type Played, replay } from '../local-mesos/replay/recordings.ts';
import { startEmbedded } from './embedded.ts';
import { type Framework, subscribe } from './framework.ts';
import type { Credential, Target } from './http.ts';
import type { Bench, Scenario } from './scenario.ts';
import { Skipped } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

type Result =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'skipped'; readonly why: string };

interface Waits {
  readonly patienceMs: number;
  readonly quietMs: number;
}

const waitsForOurs: Waits = { patienceMs: 15_000, quietMs: 1_500 };
/** Executors of a real agent take seconds, its offers may wait for other frameworks. */
const waitsForOthers: Waits = { patienceMs: 60_000, quietMs: 3_000 };

/** Few enough at a time that none of them waits for the machine. */
const mostAtOnce = 8;

process.exitCode = await main();

async function main(): Promise<number> {
  const values = readArguments();
  if (values === undefined) return 64;
  const isChosen = ({ ids, ...named }: Scenario | Played) =>
    values.only === undefined ||
    ids.includes(values.only) ||
    ('title' in named ? named.title : named.name).includes(values.only);
  const chosen = scenarios.filter(isChosen);
  if (chosen.length === 0 && !longRecordings.some(isChosen)) {
    console.error(`no scenario is named ${values.only}`);
    return 64;
  }
  if (values.master !== undefined) {
    const master = parseMaster(values.master);
    const credential = values.credential === undefined ? undefined : readCredential(values.credential);
    if (master === undefined || credential === null) {
      console.error(
        master === undefined
          ? `--master ${values.master}: give HOST:PORT`
          : `--credential ${values.credential}: give a file with {"principal": "…", "secret": "…"}`,
      );
      return 64;
    }
    return report(await runAll(chosen, { ...master, ...(credential && { credential }) }, waitsForOthers, true));
  }
  const embedded = await startEmbedded();
  try {
    // Recordings have an embedded Mesos of their own each and spend their time waiting, so they run beside.
    const [results, played] = await Promise.all([
      runAll(chosen, embedded.master, waitsForOurs, false),
      playAll(longRecordings.filter(isChosen)),
    ]);
    for (const [scenario, result] of played) results.set(scenario, result);
    return report(results);
  } finally {
    await embedded.close();
  }
}

async function playAll(recordings: readonly Played[]): Promise<[Scenario, Result][]> {
  const waiting = [...recordings];
  const played: [Scenario, Result][] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) played.push(await playOne(next));
  };
  await Promise.all(Array.from({ length: mostAtOnce }, work));
  return played;
}

async function playOne(recording: Played): Promise<[Scenario, Result]> {
  const began = Date.now();
  const differences = await replay(recording).catch((error: unknown) => [String(error)]);
  const result: Result =
    differences.length === 0 ? { kind: 'passed' } : { kind: 'failed', why: differences.join('\n') };
  const scenario: Scenario = { ids: recording.ids, title: `recorded: ${recording.name}`, run: async () => undefined };
  tell(scenario, result, began);
  return [scenario, result];
}

function readArguments(): { master?: string; credential?: string; only?: string } | undefined {
  const options = { master: { type: 'string' }, credential: { type: 'string' }, only: { type: 'string' } } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(
      `${(error as Error).message}\nnpm run conformance -- [--master HOST:PORT [--credential FILE]] [--only ID or title]`,
    );
    return undefined;
  }
}

function parseMaster(text: string): Target | undefined {
  const match = /^(?:http:\/\/)?([^:/]+|\[[^\]]+\]):(\d{1,5})$/.exec(text);
  return match === null ? undefined : { host: (match[1] ?? '').replace(/^\[|\]$/g, ''), port: Number(match[2]) };
}

/** A file as Mesos' own frameworks take it by --credential; null for one that is none. */
function readCredential(file: string): Credential | null {
  try {
    const { principal, secret } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Credential>;
    return typeof principal === 'string' && typeof secret === 'string' ? { principal, secret } : null;
  } catch {
    return null;
  }
}

async function runAll(
  chosen: readonly Scenario[],
  master: Target,
  waits: Waits,
  foreign: boolean,
): Promise<Map<Scenario, Result>> {
  const results = new Map<Scenario, Result>();
  for (const scenario of chosen) {
    const began = Date.now();
    const result: Result =
      foreign && scenario.onlyOurs !== undefined
        ? { kind: 'skipped', why: scenario.onlyOurs }
        : await runOne(scenario, master, waits);
    results.set(scenario, result);
    tell(scenario, result, began);
  }
  return results;
}

function tell(scenario: Scenario, result: Result, began: number): void {
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(`${result.kind.padEnd(8)} ${seconds.padStart(5)} s  ${scenario.ids.join(' ')}  ${scenario.title}`);
  if (result.kind !== 'passed') console.log(`    ${result.why.replaceAll('\n', '\n    ')}`);
}

async function runOne(scenario: Scenario, master: Target, waits: Waits): Promise<Result> {
  const frameworks: Framework[] = [];
  const bench: Bench = {
    master,
    ...waits,
    framework: async (options) => {
      const framework = await subscribe(master, waits, options);
      frameworks.push(framework);
      return framework;
    },
  };
  try {
    await scenario.run(bench);
    return { kind: 'passed' };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: error instanceof Skipped ? 'skipped' : 'failed', why };
  } finally {
    // The last subscription of an id is the one that still counts, so it goes first; the others are refused.
    for (const framework of frameworks.reverse()) {
      await framework.call('TEARDOWN').catch(() => undefined);
      framework.cut();
    }
  }
}

/** One line for each id: failed if one of its scenarios failed, passed if one passed and none failed. */
function report(results: ReadonlyMap<Scenario, Result>): number {
  const byId = new Map<string, Result[]>();
  for (const [{ ids }, result] of results) {
    for (const id of ids) byId.set(id, [...(byId.get(id) ?? []), result]);
  }
  const tally = { passed: 0, failed: 0, skipped: 0 };
  console.log('\nid      result');
  for (const id of [...byId.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))) {
    const result = verdict(byId.get(id) ?? []);
    tally[result.kind] += 1;
    console.log(`${id.padEnd(7)} ${result.kind}${result.kind === 'passed' ? '' : `: ${result.why.split('\n')[0]}`}`);
  }
  console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
  return tally.failed === 0 ? 0 : 1;
}

function verdict(results: readonly Result[]): Result {
  return (
    results.find(({ kind }) => kind === 'failed') ??
    results.find(({ kind }) => kind === 'passed') ??
    results[0] ?? { kind: 'skipped', why: 'nothing ran' }
  );
}
