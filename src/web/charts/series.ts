/** From the scheduler's columns to what is drawn: curves over each other, or stacked from the bottom up. Pure. */
import type { UtilisationColumns, UtilisationField } from '../../api/views.ts';

export interface Curve {
  readonly title: string;
  readonly field: UtilisationField;
  /** A colour of the style sheet: `--good-fill`. */
  readonly colour: string;
  readonly filled?: boolean;
}

export type Values = readonly (number | null)[];

/** Where samples are missing (the scheduler was away, the machine slept) the curve breaks instead of leaping. */
export function withGaps(
  { at, everyMs, values }: UtilisationColumns,
  curves: readonly Curve[],
): [number[], ...Values[]] {
  const times: number[] = [];
  const picked: number[] = [];
  at.forEach((moment, index) => {
    const before = at[index - 1];
    if (before !== undefined && moment - before > 3 * everyMs) {
      times.push((before + everyMs) / 1000);
      picked.push(-1);
    }
    times.push(moment / 1000);
    picked.push(index);
  });
  return [times, ...curves.map(({ field }) => picked.map((index) => values[field][index] ?? null))];
}

/** Each on top of those before it. */
export function stacked(values: readonly Values[]): readonly Values[] {
  const [first = []] = values;
  const sums = first.map(() => 0);
  return values.map((row) =>
    row.map((value, index) => {
      if (value === null) return null;
      sums[index] = (sums[index] ?? 0) + value;
      return sums[index] ?? 0;
    }),
  );
}

/** For those who do not see the picture. */
export function inWords(
  title: string,
  curves: readonly Curve[],
  values: readonly Values[],
  words: (value: number) => string,
) {
  const told = curves.map((curve, index) => {
    const known = (values[index] ?? []).filter((value) => value !== null);
    const now = known.at(-1);
    return now === undefined
      ? `${curve.title} not known`
      : `${curve.title} ${words(now)}, between ${words(Math.min(...known))} and ${words(Math.max(...known))}`;
  });
  return `${title}: ${told.join('; ')}`;
}
