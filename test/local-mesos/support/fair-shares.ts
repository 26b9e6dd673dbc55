/** The order of a tree of roles, counted naively: one agent after the other goes to the lowest weighed share. */
import type { Subscriber, World } from './master-world.ts';

interface Place {
  readonly path: string;
  readonly leaf: string | undefined;
  agents: number;
  readonly below: Place[];
}

/** How many agents each of the roles gets; every role has one framework that takes all. */
export function giveByReference(
  roles: readonly string[],
  weights: Readonly<Record<string, number>>,
  agents: number,
): Map<string, number> {
  const root = place('', undefined);
  for (const role of roles) {
    let at = root;
    for (const [index] of role.split('/').entries()) {
      const path = role.split('/', index + 1).join('/');
      at = at.below.find((each) => each.path === path && each.leaf === undefined) ?? added(at, place(path, undefined));
    }
    added(at, place(`${role}/.`, role));
  }
  const given = new Map(roles.map((role) => [role, 0]));
  for (let count = 0; count < agents; count += 1) {
    let at = root;
    while (at.leaf === undefined) {
      at = lowest(at.below, weights);
      at.agents += 1;
    }
    given.set(at.leaf, (given.get(at.leaf) ?? 0) + 1);
  }
  return given;
}

export function compareCounts(
  world: World,
  frameworks: readonly Subscriber[],
  roles: readonly string[],
  expected: ReadonlyMap<string, number>,
): void {
  const counts = new Map(
    roles.map((role, index) => [
      role,
      world.master.state.frameworks.get(frameworks[index]?.id as never)?.offers.size ?? 0,
    ]),
  );
  for (const [role, count] of expected) {
    if (counts.get(role) !== count) {
      throw new Error(`${JSON.stringify([...counts])} instead of ${JSON.stringify([...expected])}`);
    }
  }
}

/** Leaves weigh 1: their role's weight counts at the place above them. Agents are alike, so counts are shares. */
function lowest(places: readonly Place[], weights: Readonly<Record<string, number>>): Place {
  const weighed = places.map((each) => ({
    each,
    share: each.agents / (each.leaf === undefined ? (weights[each.path] ?? 1) : 1),
  }));
  const [first] = weighed.sort(
    (left, right) =>
      left.share - right.share || left.each.agents - right.each.agents || (left.each.path < right.each.path ? -1 : 1),
  );
  if (first === undefined) {
    throw new Error('a place without roles');
  }
  return first.each;
}

function place(path: string, leaf: string | undefined): Place {
  return { path, leaf, agents: 0, below: [] };
}

function added(at: Place, below: Place): Place {
  at.below.push(below);
  return below;
}
