/**
 * LM-72 over random histories: whatever schedulers and agents do, each agent's resources are free, offered or used, never
 * two of it and never none, and what is offered is offered once.
 */

import test from 'ava';
import fc from 'fast-check';
import { consumedQuota, isCharged } from '../../src/local-mesos/model/allocation/books.ts';
import {
  addResources,
  describeQuantities,
  type Quantities,
  quantitiesOf,
} from '../../src/local-mesos/model/allocation/quantities.ts';
import { holdingsOf, holdingsOn } from '../../src/local-mesos/model/holdings.ts';
import type { Agent, MasterState } from '../../src/local-mesos/model/master-state.ts';
import type { Resource } from '../../src/mesos-api-client/protocol/mesos.ts';
import { add, contains, subtract } from '../../src/mesos-api-client/protocol/resources.ts';
import { createPlayer, type Move, moves } from './support/master-player.ts';

test('LM-72 free + offered + used is always the whole agent, and nothing is offered twice', (t) => {
  fc.assert(
    fc.property(fc.array(moves, { minLength: 10, maxLength: 80, size: 'max' }), (history) => {
      const player = createPlayer();
      for (const move of history) {
        player.play(move);
        checkAll(player.world.master.state);
      }
    }),
    { numRuns: 200, includeErrorInReport: true },
  );
  t.pass();
});

/** Kinds after which no task can appear that was not launched on an offer. */
const calm: readonly Move['kind'][] = [
  'launch',
  'accept-many',
  'decline',
  'update',
  'acknowledge',
  'suppress',
  'revive',
  'wait',
];

test('LM-25 offers never take a role beyond its limit, nor what is laid away for the guarantees of others', (t) => {
  fc.assert(
    fc.property(fc.array(moves, { minLength: 10, maxLength: 60, size: 'max' }), (history) => {
      const player = createPlayer();
      for (const move of history) {
        const before = consumptions(player.world.master.state);
        const offersBefore = new Set<string>(player.world.master.state.offers.keys());
        const agentsBefore = player.world.master.state.agents.size;
        player.play(move);
        // What was laid away on an agent is lost with it.
        const isCalm = player.world.master.state.agents.size === agentsBefore;
        if (isCalm && calm.includes(move.kind)) {
          checkLimits(player.world.master.state, before);
          checkGuarantees(player.world.master.state, offersBefore);
        }
      }
    }),
    { numRuns: 200, includeErrorInReport: true },
  );
  t.pass();
});

function consumptions({ books }: MasterState): Map<string, number> {
  return new Map([...books.quotas.keys()].map((role) => [role, consumedQuota(books, role).get('cpus') ?? 0]));
}

function checkLimits(state: MasterState, before: ReadonlyMap<string, number>): void {
  for (const [role, cpus] of consumptions(state)) {
    const limit = state.books.quotas.get(role)?.limits.get('cpus');
    if (limit !== undefined && cpus > Math.max(limit, before.get(role) ?? 0)) {
      throw new Error(`role ${role} has ${cpus} thousandths of cpus where its limit is ${limit}`);
    }
  }
}

function checkGuarantees({ books, agents, offers }: MasterState, before: ReadonlySet<string>): void {
  const lacking = [...books.quotas].reduce((sum, [role, { guarantees }]) => {
    const consumed = consumedQuota(books, role).get('cpus') ?? 0;
    return sum + Math.max(0, (guarantees.get('cpus') ?? 0) - consumed);
  }, 0);
  const free = quantitiesOf([...agents.values()].flatMap((agent) => agent.free.filter(isCharged))).get('cpus') ?? 0;
  const careless = [...offers.values()].find(
    ({ id, role, resources }) =>
      !before.has(id) &&
      !books.quotas.get(role)?.guarantees.has('cpus') &&
      quantitiesOf(resources.filter(isCharged)).has('cpus'),
  );
  if (careless !== undefined && free < lacking) {
    throw new Error(`${careless.role} was offered cpus though only ${free} are left for guarantees of ${lacking}`);
  }
}

function checkAll(state: MasterState): void {
  for (const agent of state.agents.values()) {
    check(agent, state);
  }
  checkBooks(state);
  const offers = [...state.agents.values()].flatMap(({ offers }) => [...offers]);
  const held = [...state.frameworks.values()].flatMap(({ offers }) => [...offers.values()]);
  if (offers.length !== state.offers.size || held.length !== state.offers.size) {
    throw new Error('offers of agents, of frameworks and of the master differ');
  }
}

/** What is entered as it happens is what a count of everything gives. */
function checkBooks({ books, agents, offers, frameworks }: MasterState): void {
  const held = new Map<string, Quantities>();
  const hold = (key: string, resources: readonly Resource[]) => {
    const sum = held.get(key) ?? new Map<string, number>();
    held.set(key, sum);
    addResources(sum, resources);
  };
  for (const { role, frameworkId, resources } of [
    ...offers.values(),
    ...[...frameworks.values()].flatMap(holdingsOf),
  ]) {
    hold(role, resources);
    hold(`${role} ${frameworkId}`, resources);
  }
  const total: Quantities = new Map();
  for (const agent of agents.values()) {
    addResources(total, agent.total);
  }
  compareQuantities('total', books.total, total);
  for (const [role, sorter] of books.frameworks) {
    compareQuantities(role, books.roles.heldBelow(role), held.get(role));
    for (const { id } of frameworks.values()) {
      compareQuantities(`${role} ${id}`, sorter.heldBelow(id), held.get(`${role} ${id}`));
    }
  }
  const strangers = [...held.keys()].filter((key) => !key.includes(' ') && !books.frameworks.has(key));
  if (strangers.length > 0) {
    throw new Error(`the books do not know of ${strangers}`);
  }
}

function compareQuantities(what: string, booked: Quantities = new Map(), counted: Quantities = new Map()): void {
  if (describeQuantities(booked) !== describeQuantities(counted)) {
    throw new Error(`the books say of ${what} ${describeQuantities(booked)}, not ${describeQuantities(counted)}`);
  }
}

function check(agent: Agent, state: MasterState): void {
  const used = holdingsOn(agent).flatMap(({ resources }) => [...resources]);
  const offered = [...agent.offers].flatMap(({ resources }) => [...resources]);
  const rest = subtract(agent.total, add(used));
  const beyond = rest && subtract(rest, add(offered));
  if (beyond === undefined || !contains(beyond, agent.free) || !contains(agent.free, beyond)) {
    const parts = { total: agent.total, free: agent.free, used, offered };
    throw new Error(`the parts of agent ${agent.id} are not the whole: ${JSON.stringify(parts)}`);
  }
  // Ranges do not add up twice, so that a port in two places shows itself here.
  const allPorts = [agent.free, used, offered].flat().filter(({ name }) => name === 'ports');
  const count = allPorts
    .flatMap(({ ranges }) => ranges?.range ?? [])
    .reduce((sum, { begin, end }) => sum + end - begin + 1, 0);
  if (count !== 11) {
    throw new Error(`agent ${agent.id} has 11 ports, not ${count}`);
  }
  if (agent.link === undefined && agent.offers.size > 0) {
    throw new Error(`agent ${agent.id} is disconnected but offered`);
  }
  if ([...agent.offers].some(({ frameworkId }) => state.frameworks.get(frameworkId)?.stream === undefined)) {
    throw new Error(`agent ${agent.id} is offered to a framework that is not there`);
  }
}
