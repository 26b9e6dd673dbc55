/**
 * One world from its start to its end: it suffers, then the faults end, and within a time all has to be as wanted.
 */
import { faults, heal } from './faults/table.ts';
import { missingIn } from './judges/calm.ts';
import type { Violation } from './judges/verdicts.ts';
import type { People } from './people/people.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { World } from './world.ts';

export interface Outcome {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly hash: string;
  readonly simulatedSeconds: number;
  /** From the end of the faults until all was as wanted. */
  readonly calmSeconds: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly steps: number;
}

/** Flink is given five minutes for an upload of a jar whose answer got lost. */
const CALM_LIMIT_MS = 400_000;
/** A master is silent about agents that have not come back since it started: that time does not count. */
const SILENCE_LIMIT_MS = 700_000;
/** All has to stay as wanted for so many looks. */
const STEADY_LOOKS = 3;
const MOST_STEPS = 3_000_000;
/** People look after updates that are stuck. */
const DECIDE_EVERY_MS = 20_000;

export interface PlayOptions {
  readonly listener?: (line: string) => void;
  readonly faults?: readonly string[];
}

export async function play(seed: number, { listener, faults: chosen }: PlayOptions = {}): Promise<Outcome> {
  const scenario = scenarioOf(seed, chosen);
  const world = new World(scenario, listener);
  present = world;
  process.off('unhandledRejection', unheard).on('unhandledRejection', unheard);
  begin(world, scenario);
  await world.time.run(scenario.sufferMs, () => isOver(world));
  world.journal.note('FAULT', 'none any more');
  heal(world);
  const calm = await untilCalm(world);
  judgeBounds(world);
  return {
    seed,
    violations: world.verdicts.violations,
    hash: world.journal.hash,
    simulatedSeconds: Math.round(world.time.elapsedMs / 1000),
    calmSeconds: calm,
    faults: Object.fromEntries([...world.faults].sort()),
    steps: world.time.steps,
  };
}

let present: World | undefined;

/** It would end a real process. */
function unheard(error: unknown): void {
  const where = error instanceof Error ? (error.stack?.split('\n')[1]?.trim() ?? '') : '';
  present?.verdicts.violated('I14', `a promise was rejected and nobody heard it: ${String(error)} ${where}`);
}

function begin(world: World, scenario: Scenario): void {
  const { chance, operator } = world;
  for (let count = 0; count < scenario.clusters; count += 1) {
    const taskManagers = chance.whole(1, scenario.mostTaskManagers);
    const slots = chance.whole(1, 2);
    const least = chance.oneIn(3) ? chance.whole(0, Math.min(2, taskManagers)) : undefined;
    world.time.after(chance.between(0, 4_000), () => operator.create(taskManagers, slots, chance.whole(0, 2), least));
  }
  if (scenario.uninstallAtMs !== undefined) world.time.after(scenario.uninstallAtMs, () => operator.uninstallService());
  suffer(world, scenario);
  interfere(world, scenario);
  if (scenario.updateEveryMs !== undefined) {
    often(world, scenario, scenario.updateEveryMs, world.updates);
    decide(world);
  }
  if (scenario.operateEveryMs !== undefined) often(world, scenario, scenario.operateEveryMs, world.jobOperations);
}

function suffer(world: World, scenario: Scenario): void {
  const { chance, time } = world;
  time.after(chance.wait(scenario.faultEveryMs), () => {
    if (time.elapsedMs >= scenario.sufferMs) return;
    const name = chance.pick(scenario.faults);
    if (name !== undefined) {
      const what = faults[name]?.(world);
      if (what !== undefined) world.fault(name, what);
    }
    suffer(world, scenario);
  });
}

function interfere(world: World, scenario: Scenario): void {
  const { chance, time, operator } = world;
  time.after(chance.wait(scenario.actEveryMs), () => {
    if (time.elapsedMs >= scenario.sufferMs || operator.uninstall !== 'no') return;
    const act = chance.pick([
      () => operator.submitSome(),
      () => operator.submitSome(),
      () => operator.cancelSome(),
      () => operator.restartSome(),
      () => (chance.oneIn(3) ? operator.deleteSome() : undefined),
      () =>
        operator.clusters.size < 4
          ? operator.create(chance.whole(1, 3), 1, 1, chance.pick([undefined, 0, 1]))
          : undefined,
    ]);
    act?.();
    interfere(world, scenario);
  });
}

/** By a chance of their own: worlds without them are what they are, whether there are such people or not. */
function often(world: World, scenario: Scenario, everyMs: number, people: People): void {
  const { time, operator } = world;
  time.after(people.waitMs(everyMs), () => {
    if (time.elapsedMs >= scenario.sufferMs || operator.uninstall !== 'no') return;
    people.some();
    often(world, scenario, everyMs, people);
  });
}

/** When the faults have ended, too. */
function decide(world: World): void {
  world.time.after(DECIDE_EVERY_MS, () => {
    if (world.operator.uninstall !== 'no') return;
    world.updates.decide();
    decide(world);
  });
}

async function untilCalm(world: World): Promise<number> {
  const { time, verdicts, masters } = world;
  const began = time.elapsedMs;
  let steady = 0;
  let silentMs = 0;
  while (time.elapsedMs - began - silentMs < CALM_LIMIT_MS && !isOver(world)) {
    await time.run(time.elapsedMs + 1_000, () => isOver(world));
    if ((masters.state?.recoveredAgents.size ?? 0) > 0) silentMs = Math.min(silentMs + 1_000, SILENCE_LIMIT_MS);
    steady = missingIn(world).length === 0 ? steady + 1 : 0;
    if (steady === STEADY_LOOKS) return Math.round((time.elapsedMs - began) / 1000);
  }
  if (verdicts.violations.length === 0)
    for (const { invariant, what } of missingIn(world).slice(0, 3))
      verdicts.violated(invariant, `${Math.round((time.elapsedMs - began) / 1000)} s after the last fault ${what}`);
  return Math.round((time.elapsedMs - began) / 1000);
}

function isOver(world: World): boolean {
  if (world.time.steps > MOST_STEPS) world.verdicts.violated('I12', `more than ${MOST_STEPS} events happened`);
  return world.verdicts.violations.length > 0;
}

function judgeBounds(world: World): void {
  const { verdicts, ensemble, books, leader } = world;
  // Of a task its record and its process; a process is shared by the TaskManagers of one JobManager.
  const nodes = 60 + 2 * books.tasks.size + 3 * world.operator.clusters.size;
  if (ensemble.tree.size > nodes) verdicts.violated('I12', `ZooKeeper holds ${ensemble.tree.size} nodes`);
  const most = 40 + 4 * books.tasks.size;
  if (leader !== undefined && leader.process.timers > most)
    verdicts.violated('I12', `${leader.name} keeps ${leader.process.timers} timers for ${books.tasks.size} tasks`);
}
