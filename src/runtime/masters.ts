/** Where the masters are known from: a list given once, or somebody who tells whenever another one leads. */
import type { MasterAddress } from '../scheduler/model/master.ts';

export interface MasterSource {
  /** Reports the masters to try, the leading one first, empty for none; returns the way to stop. */
  follow(report: (masters: readonly MasterAddress[]) => void): () => Promise<void>;
}

export function followMasters(
  masters: readonly MasterAddress[] | MasterSource,
  report: (masters: readonly MasterAddress[]) => void,
): () => Promise<void> {
  if ('follow' in masters) return masters.follow(report);
  report(masters);
  return () => Promise.resolve();
}
