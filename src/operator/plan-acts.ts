/**
 * What operators do with a plan (dcos-commons, PlansQueries). A phase is a cluster: interrupted, it launches nothing until it is
 * continued; restarted, a step's task ends and another one takes its place; a step that is declared complete is no longer
 * waited for.
 */
import { unreachable } from '../lib/exhaustive.ts';
import { Problem } from '../lib/problem.ts';
import { isNamed, type Phase, type Plan, type Step } from './plan-model.ts';

export type PlanAct = 'continue' | 'interrupt' | 'restart' | 'forceComplete';

/** Each by name or id; without a phase all are meant. */
export interface PlanTarget {
  readonly phase?: string;
  readonly step?: string;
}

export interface PlanActResult {
  readonly message: string;
  /** Nothing was to do. */
  readonly already: boolean;
}

export interface PlanHands {
  readonly pause: (cluster: string, paused: boolean) => Promise<void>;
  readonly isPaused: (cluster: string) => boolean;
  readonly restart: (task: string) => Promise<void>;
  readonly declareComplete: (cluster: string, step: Step) => Promise<void>;
}

export async function actOn(plan: Plan, act: PlanAct, target: PlanTarget, hands: PlanHands): Promise<PlanActResult> {
  const phases = phasesOf(plan, target);
  switch (act) {
    case 'continue':
      return await pauseAll(phases, false, hands);
    case 'interrupt':
      return await pauseAll(phases, true, hands);
    case 'restart':
      return await restartAll(stepsOf(phases, target), hands);
    case 'forceComplete':
      return await declareAll(phases, target, hands);
    default:
      return unreachable(act);
  }
}

async function pauseAll(phases: readonly Phase[], paused: boolean, hands: PlanHands): Promise<PlanActResult> {
  const others = phases.filter(({ name }) => hands.isPaused(name) !== paused);
  for (const { name } of others) await hands.pause(name, paused);
  return result(others.length, paused ? 'interrupt' : 'continue');
}

async function restartAll(steps: readonly Step[], { restart }: PlanHands): Promise<PlanActResult> {
  const tasks = steps.flatMap((step) => step.tasks);
  for (const task of tasks) await restart(task);
  return result(tasks.length, 'restart');
}

async function declareAll(phases: readonly Phase[], target: PlanTarget, hands: PlanHands): Promise<PlanActResult> {
  let declared = 0;
  for (const phase of phases) {
    for (const step of stepsOf([phase], target)) {
      if (step.status === 'COMPLETE') continue;
      await hands.declareComplete(phase.name, step);
      declared += 1;
    }
  }
  return result(declared, 'forceComplete');
}

function phasesOf({ phases }: Plan, { phase }: PlanTarget): readonly Phase[] {
  if (phase === undefined) return phases;
  const named = phases.filter((each) => isNamed(each, phase));
  if (named.length === 0) throw missing('phase', phase, phases);
  return named;
}

function stepsOf(phases: readonly Phase[], { step }: PlanTarget): readonly Step[] {
  const steps = phases.flatMap((phase) => phase.steps);
  if (step === undefined) return steps;
  const named = steps.filter((each) => isNamed(each, step));
  if (named.length === 0) throw missing('step', step, steps);
  return named;
}

function missing(what: string, given: string, present: readonly { readonly name: string }[]): Problem {
  const names = present.slice(0, 20).map(({ name }) => name);
  const there = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  return new Problem('NOT_FOUND', `the plan has no ${what} ${JSON.stringify(given)}; ${there}`);
}

function result(count: number, act: PlanAct): PlanActResult {
  return { message: `Received cmd: ${act}`, already: count === 0 };
}
