/** A wish with one more: not on agents whose field has one of these values. */
import type { PlacementConstraint, PlacementWish } from './placement.ts';

const anywhere: PlacementWish = { constraints: [], preferences: [], awayFrom: [], exclusive: false, fitness: 'pack' };

export function neverOn(wish: PlacementWish | undefined, field: string, values: readonly string[]): PlacementWish {
  const { constraints, ...others } = wish ?? anywhere;
  return { ...others, constraints: [...constraints, ...noneOf(field, values)] };
}

/** Before all other preferences. */
export function ratherNotOn(wish: PlacementWish | undefined, field: string, values: readonly string[]): PlacementWish {
  const { preferences, ...others } = wish ?? anywhere;
  return { ...others, preferences: [...noneOf(field, values), ...preferences] };
}

function noneOf(field: string, values: readonly string[]): PlacementConstraint[] {
  return values.map((value) => ({ field, operator: 'IS_NOT', value }));
}
