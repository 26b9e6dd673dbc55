/** Plans of small batches are improved: agents are closed, and what was left over is placed after all. */
import test from 'ava';
import _ from 'lodash';
import { agentsOf, placeByMatcher, requestsOf } from '../../../../bench/matching/by-matcher.ts';
import { faultsOf } from '../../../../bench/matching/faults.ts';
import { drawSized, drawWorkload } from '../../../../bench/matching/workloads.ts';
import { Matcher } from '../../../../src/scheduler/launch-coordinator/matching/index.ts';
import { agent, request } from './fixtures.ts';

const once = { warmUps: 0, passes: 1, rounds: 0 };

for (const objective of ['tight', 'fewest-agents'] as const) {
  test(`${objective}: batches that nearly fill all agents get at least as many placed as by fitness, and nothing twice`, (t) => {
    for (const seed of _.range(1, 31)) {
      const size = { agents: 20, requests: 90, ...(seed % 2 === 0 ? { constrained: true as const } : {}) };
      const workload = drawSized('full', size, seed);
      const { placements } = placeByMatcher(workload, objective, once);
      t.deepEqual(faultsOf(workload, placements), []);
      if (seed % 2 === 1) {
        t.true(placements.length >= placeByMatcher(workload, 'fitness', once).placements.length, `seed ${seed}`);
      }
      t.deepEqual(placeByMatcher(workload, objective, once).placements, placements);
    }
  });
}

test('fewest-agents: all 500 requests find room though nearly every agent is needed for them', (t) => {
  const workload = drawWorkload('W1', 183);
  t.deepEqual(new Matcher(agentsOf(workload)).match(requestsOf(workload), 'fewest-agents').unplaced, []);
});

test('fewest-agents: no agent is closed where tasks run already, and what is closed costs nobody the place', (t) => {
  const used = { used: request('before', { cpus: 1, mem: 100 }).scalars };
  const agents = [
    agent('running', { cpus: 2, mem: 200 }, used),
    agent('a', { cpus: 6, mem: 600 }),
    agent('b', { cpus: 4 }),
  ];
  const asked = [3, 3, 2].map((cpus, index) => request(`r${index}`, { cpus, mem: cpus * 100 }));
  const { placements, unplaced } = new Matcher(agents).match(asked, 'fewest-agents');
  t.deepEqual(unplaced, []);
  t.deepEqual(_.uniq(placements.map(({ agentId }) => agentId)).sort(), ['a', 'running']);
});
