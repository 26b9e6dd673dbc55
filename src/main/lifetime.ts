/** How a process of ours ends: by a signal, or because what it runs has ended. */
import type { Problem } from '../lib/problem.ts';

/** Resolves at the first SIGINT, SIGTERM or SIGHUP. A second one while things are being ended is not waited for. */
export function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const heard = (signal: NodeJS.Signals): void => {
      for (const each of signals) process.off(each, heard);
      for (const each of signals) process.on(each, () => undefined);
      resolve(signal);
    };
    for (const signal of signals) process.on(signal, heard);
  });
}

/** Until a signal comes or the thing ends by itself; its problem is thrown after all was closed. */
export async function runUntilEnd(
  ended: Promise<Problem | undefined>,
  close: (signal: NodeJS.Signals | undefined) => Promise<void>,
): Promise<void> {
  const outcome = await Promise.race([firstSignal(), ended]);
  const signal = typeof outcome === 'string' ? outcome : undefined;
  await close(signal);
  if (outcome !== undefined && typeof outcome !== 'string') throw outcome;
}
