import test from 'ava';
import { joinAgents } from '../../src/dispatcher/mesos-agents.ts';
import type { MesosAgentView } from '../../src/dispatcher/why-views.ts';
import type { Resource } from '../../src/mesos-api-client/protocol/mesos.ts';
import type { MasterAgent } from '../../src/mesos-api-client/protocol/operator-messages.ts';
import { makeRanges, makeScalar } from '../../src/mesos-api-client/protocol/resources.ts';

const resources = (cpus: number, mem: number): Resource[] => [makeScalar('cpus', cpus), makeScalar('mem', mem)];
const ours = { cpus: 1.5, memMiB: 1024, diskMiB: 0, ports: 0 };
const known: MesosAgentView = {
  ...{ agentId: 'S1', hostname: 'h1', attributes: { rack: 'r1' }, offered: [], tasks: [], ours, places: [] },
};

function agent(id: string, more: Partial<MasterAgent> = {}): MasterAgent {
  return {
    agent_info: { id: { value: id as never }, hostname: `h${id.slice(1)}` },
    active: true,
    version: '1.12.0',
    pid: 'slave(1)@10.0.0.1:5051',
    total_resources: [...resources(8, 8192), makeRanges('ports', [{ begin: 31000, end: 31009 }])],
    ...more,
  };
}

const join = (...agents: MasterAgent[]) => joinAgents([known], { at: 0, agents, maintenance: [] });

test('what the master says is joined with what offers showed: ours, others’, free', (t) => {
  const volume = { ...makeScalar('disk', 10), disk: { persistence: { id: 'v' } } } as Resource;
  const [first, second] = join(
    agent('S1', { allocated_resources: [...resources(3.5, 3072), volume] }),
    agent('S2', {
      agent_info: {
        id: { value: 'S2' as never },
        hostname: 'h2',
        attributes: [
          { name: 'rack', type: 'TEXT', text: { value: 'r2' } },
          { name: 'level', type: 'SCALAR', scalar: { value: 3 } },
        ] as never,
      },
    }),
  );
  t.like(first, {
    attributes: { rack: 'r1' },
    state: 'active',
    total: { cpus: 8, memMiB: 8192, ports: 10 },
    others: { cpus: 2, memMiB: 2048, diskMiB: 10 },
    free: { cpus: 4.5, memMiB: 5120 },
  });
  t.like(second, {
    agentId: 'S2',
    hostname: 'h2',
    attributes: { rack: 'r2', level: '3' },
    free: { cpus: 8 },
    tasks: [],
  });
});

test('an agent that the master does not have is said to be absent', (t) => {
  t.deepEqual(
    join(agent('S2')).map(({ agentId, state }) => [agentId, state]),
    [
      ['S2', 'active'],
      ['S1', 'absent'],
    ],
  );
});

test('draining, drained, deactivated and inactive agents are told apart', (t) => {
  const states = (more: Partial<MasterAgent>) => join(agent('S1', more))[0]?.state;
  t.is(states({ drain_info: { state: 'DRAINING', config: {} }, deactivated: true }), 'draining');
  t.is(states({ drain_info: { state: 'DRAINED', config: {} }, deactivated: true }), 'drained');
  t.is(states({ active: false, deactivated: true }), 'deactivated');
  t.is(states({ active: false }), 'inactive');
});

test('maintenance is planned for machines: by host name, by address, or by both', (t) => {
  const leaving = (machine: object) =>
    joinAgents([known], {
      at: 0,
      agents: [agent('S1')],
      maintenance: [
        {
          machine_ids: [machine],
          unavailability: { start: { nanoseconds: 1_000_000_000 }, duration: { nanoseconds: 5_000_000 } },
        },
      ],
    })[0]?.leaving;
  const soon = { from: '1970-01-01T00:00:01.000Z', forMs: 5 };
  t.deepEqual(leaving({ hostname: 'H1' }), soon);
  t.deepEqual(leaving({ ip: '10.0.0.1' }), soon);
  t.deepEqual(leaving({ hostname: 'h1', ip: '10.0.0.1' }), soon);
  t.is(leaving({ hostname: 'h1', ip: '10.0.0.2' }), undefined);
});
