/**
 * LM-72 over random histories: whatever schedulers and agents do, each agent's resources are free, offered or used, never
 * two of it and never none, and what is offered is offered once.
 */

import test from 'ava';
import fc from 'fast-check';
import type { Agent, MasterState } from '../../src/local-mesos/model/master-state.ts';
import { usesResources } from '../../src/local-mesos/model/tasks.ts';
import { add, contains, subtract } from '../../src/mesos-api-client/protocol/resources.ts';
import { createPlayer, moves } from './support/master-player.ts';

test('LM-72 free + offered + used is always the whole agent, and nothing is offered twice', (t) => {
  fc.assert(
    fc.property(fc.array(moves, { minLength: 10, maxLength: 80, size: 'max' }), (history) => {
      const player = createPlayer();
      for (const move of history) {
        player.play(move);
        checkAll(player.world.master.state);
      }
    }),
    { numRuns: 200 },
  );
  t.pass();
});

function checkAll(state: MasterState): void {
  for (const agent of state.agents.values()) {
    check(agent, state);
  }
  const offers = [...state.agents.values()].flatMap(({ offers }) => [...offers]);
  const held = [...state.frameworks.values()].flatMap(({ offers }) => [...offers.values()]);
  if (offers.length !== state.offers.size || held.length !== state.offers.size) {
    throw new Error('offers of agents, of frameworks and of the master differ');
  }
}

function check(agent: Agent, state: MasterState): void {
  const used = [...agent.tasks].filter(usesResources).flatMap(({ resources }) => [...resources]);
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
