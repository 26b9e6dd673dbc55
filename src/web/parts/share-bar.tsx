/** How much of an agent's cpus or memory is ours, others', and free, as a bar and in words. */
import type { MesosAgentView } from '../../api/views.ts';

export type Measure = 'cpus' | 'memMiB' | 'diskMiB' | 'ports';

export interface Shares {
  readonly ours: number;
  readonly others: number;
  readonly total: number;
}

/** Undefined where the master did not say what the agent has in all. */
export function sharesOf({ ours, others, total }: MesosAgentView, of: Measure): Shares | undefined {
  if (total === undefined || total[of] <= 0) return undefined;
  return { ours: ours[of], others: others?.[of] ?? 0, total: total[of] };
}

interface ShareBarProps {
  readonly shares: Shares;
  readonly label: string;
  readonly words: (value: number) => string;
}

export function ShareBar({ shares: { ours, others, total }, label, words }: ShareBarProps) {
  const free = Math.max(0, total - ours - others);
  const text = `${label}: ${words(ours)} ours, ${words(others)} others', ${words(free)} free`;
  return (
    <div class="shares" role="img" aria-label={text} title={text}>
      <div class="ours" style={{ width: `${(ours / total) * 100}%` }} />
      <div class="others" style={{ width: `${(others / total) * 100}%` }} />
    </div>
  );
}
