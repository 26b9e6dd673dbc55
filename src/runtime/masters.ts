/** Where the masters are known from: a list given once, or somebody who tells whenever another one leads. */
import type { MasterAddress } from '../scheduler/model/master.ts';

export interface MasterSource {
  /** Reports the masters to try, the leading one first, or why there is none; returns the way to stop. */
  follow(report: ReportMasters): () => Promise<void>;
}

export type ReportMasters = (masters: readonly MasterAddress[], why?: string) => void;

export function followMasters(
  masters: readonly MasterAddress[] | MasterSource,
  report: ReportMasters,
): () => Promise<void> {
  if ('follow' in masters) return masters.follow(report);
  report(masters);
  return () => Promise.resolve();
}
