/** Times as Mesos prints them: the whole number of the largest unit that divides them (`1mins`, `90secs`, `500ms`). */
const units = [
  ['weeks', 604_800_000],
  ['days', 86_400_000],
  ['hrs', 3_600_000],
  ['mins', 60_000],
  ['secs', 1_000],
] as const;

export function describeMs(ms: number): string {
  const [name, unit] = units.find(([, each]) => ms !== 0 && ms % each === 0) ?? ['ms', 1];
  return ms === 0 ? '0ns' : `${ms / unit}${name}`;
}
