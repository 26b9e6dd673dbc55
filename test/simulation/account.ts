/** Outcomes in words. */
import { invariants } from './judges/verdicts.ts';
import type { Outcome } from './play.ts';
import type { Summary } from './summary.ts';

export function outcomeLine({ seed, violations, hash, simulatedSeconds, calmSeconds }: Outcome): string {
  if (violations.length === 0)
    return `seed ${seed}: all as it must be, ${simulatedSeconds} s, calm ${calmSeconds} s after the last fault, hash ${hash}`;
  const lines = violations.map(
    ({ invariant, what, atSeconds }) =>
      `  ${invariant}, ${invariants[invariant]}: at ${atSeconds.toFixed(1)} s ${what}`,
  );
  return [`seed ${seed} FAILED (replay it: npm run sim -- --seed ${seed} --trace)`, ...lines].join('\n');
}

export function account(summary: Summary): string {
  const days = (summary.simulatedSeconds / 86_400).toFixed(1);
  const faults = [...summary.faults].sort(([, left], [, right]) => right - left);
  return [
    ...faults.map(([name, count]) => `${String(count).padStart(9)}  ${name}`),
    `${summary.seeds} seeds, ${days} simulated days, ${summary.faultCount} faults, ${summary.steps} events,`,
    `at most ${summary.longestCalmSeconds} s from the last fault until all was as wanted`,
  ].join('\n');
}
