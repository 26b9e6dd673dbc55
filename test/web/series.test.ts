/** From the scheduler's columns to curves. */
import test from 'ava';
import type { UtilisationColumns } from '../../src/api/views.ts';
import { type Curve, inWords, stacked, withGaps } from '../../src/web/charts/series.ts';

const curves: readonly Curve[] = [
  { title: 'in use', field: 'slotsUsed', colour: '--x' },
  { title: 'free', field: 'slotsFree', colour: '--y' },
];
const columns = {
  ...{ window: 'hour', everyMs: 10_000, at: [0, 10_000, 90_000] },
  values: { slotsUsed: [1, 2, 3], slotsFree: [4, null, 6] },
} as unknown as UtilisationColumns;

test('where samples are missing the curve breaks', (t) => {
  t.deepEqual(withGaps(columns, curves), [
    [0, 10, 20, 90],
    [1, 2, null, 3],
    [4, null, null, 6],
  ]);
});

test('stacked curves stand on those before them; what is not known stands nowhere', (t) => {
  t.deepEqual(
    stacked([
      [1, null, 3],
      [4, 5, 6],
    ]),
    [
      [1, null, 3],
      [5, 5, 9],
    ],
  );
  t.deepEqual(stacked([]), []);
});

test('a picture is said in words: how it is, and between what it was', (t) => {
  const [, ...values] = withGaps(columns, curves);
  t.is(inWords('Slots', curves, values, String), 'Slots: in use 3, between 1 and 3; free 6, between 4 and 6');
  t.is(inWords('Slots', curves, [[null], []], String), 'Slots: in use not known; free not known');
});
