/** Every fault that a world may suffer, by name. Each is one sentence of what goes wrong; when it ends, it ends by itself. */
import type { MasterCommand } from '../../../src/mesos-api-client/protocol/operator.ts';
import type { CallFate } from '../mesos/client.ts';
import type { MasterHost } from '../mesos/masters.ts';
import { points } from '../traps.ts';
import type { World } from '../world.ts';

type Fault = (world: World) => string | undefined;

/** Undefined: there was nothing that it could befall. */
export const faults: Readonly<Record<string, Fault>> = {
  'the stream breaks': (world) => {
    const stream = openStream(world);
    stream?.break();
    return stream?.ends.schedulerHost;
  },
  'the stream falls silent': (world) => {
    const stream = openStream(world);
    if (stream !== undefined) stream.silent = true;
    return stream?.ends.schedulerHost;
  },
  'a record is cut short': (world) => {
    const stream = openStream(world);
    if (stream !== undefined) stream.garble = true;
    return stream?.ends.schedulerHost;
  },
  'an update comes twice': (world) => {
    const stream = openStream(world);
    if (stream !== undefined) stream.duplicate = true;
    return stream && '';
  },
  'an update is overtaken by those of other tasks': (world) => {
    const stream = openStream(world);
    if (stream !== undefined) stream.delayNextMs = world.chance.between(100, 8_000);
    return stream && '';
  },
  'a call is lost before it arrives': (world) => nextCall(world, 'lost-before'),
  'the answer to a call is lost': (world) => nextCall(world, 'lost-after'),
  'a call is late': (world) => nextCall(world, 'late'),
  'a master answers with an error': (world) => {
    const status = world.chance.pick([503, 503, 500, 403, 429, 401]) ?? 503;
    return nextCall(world, { status, text: status === 403 ? 'Framework is not subscribed' : 'simulated' }, `${status}`);
  },
  'the leading master is killed': (world) => killMaster(world, false),
  'the leading master is killed and its registry lost': (world) => killMaster(world, true),
  'no master leads for a while': (world) => {
    const ms = world.chance.between(5_000, 60_000);
    world.masters.vacate(ms);
    return `${Math.round(ms / 1000)} s`;
  },
  'an agent is killed': (world) => {
    const agent = someAgent(world);
    if (agent === undefined) return undefined;
    agent.kill();
    world.time.after(world.chance.between(500, 100_000), () => agent.restart());
    return agent.name;
  },
  'a machine restarts': (world) => {
    const agent = someAgent(world);
    if (agent === undefined) return undefined;
    agent.reboot();
    world.time.after(world.chance.between(5_000, 100_000), () => agent.restart());
    return agent.name;
  },
  'a machine is cut off': (world) => {
    const agent = someAgent(world);
    if (agent === undefined) return undefined;
    const ms = world.chance.between(5_000, 120_000);
    world.network.cut(agent.name, ms);
    return `${agent.name} for ${Math.round(ms / 1000)} s`;
  },
  'messages from the master to an agent are lost': (world) => {
    const link = someAgent(world)?.link;
    if (link !== undefined) link.loseNext = world.chance.whole(1, 3);
    return link && '';
  },
  'the link of an agent breaks': (world) => {
    const agent = someAgent(world);
    agent?.link?.break();
    return agent?.name;
  },
  'an agent is gone for good': (world) => {
    const agent = someAgent(world);
    const agentId = agent?.agentId;
    if (agent === undefined || agentId === undefined || world.agents.length < 4) return undefined;
    if (operate(world, { type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: { value: agentId } } }) !== 200)
      return undefined;
    // A machine that was marked gone is taken away; a new one comes in its place.
    world.time.after(world.chance.between(100, 30_000), () => {
      agent.reboot();
      agent.gone = true;
    });
    world.addAgent();
    return agent.name;
  },
  'an agent stands still': (world) => {
    const agent = someAgent(world);
    if (agent === undefined) return undefined;
    const ms = world.chance.between(1_000, 100_000);
    const { process } = agent;
    process.pause();
    world.time.after(ms, () => process.resume());
    return `${agent.name} for ${Math.round(ms / 1000)} s`;
  },
  'an agent is drained': (world) => {
    const agent = someAgent(world);
    const agentId = agent?.agentId;
    if (agent === undefined || agentId === undefined) return undefined;
    const ask = { type: 'DRAIN_AGENT', drain_agent: { agent_id: { value: agentId } } } as const;
    if (operate(world, ask) !== 200) return undefined;
    const back = { type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id: { value: agentId } } } as const;
    const again = () => {
      // Not before it is drained; whoever forgot of it has nothing to put back.
      if (operate(world, back) !== 200 && world.masters.state?.agents.get(agentId) !== undefined)
        world.time.after(5_000, again);
    };
    world.time.after(world.chance.between(2_000, 40_000), again);
    return agent.name;
  },
  'an operator removes the framework': (world) => {
    const id = world.books.framework?.frameworkId;
    if (id === undefined || !world.scenario.startAnew) return undefined;
    if (operate(world, { type: 'TEARDOWN', teardown: { framework_id: { value: id } } }) !== 200) return undefined;
    world.books.removed.add(id);
    return id.slice(-4);
  },
  'a process of a task dies': (world) => endTask(world, { signal: 9 }),
  'a process of a task fails': (world) => endTask(world, { status: 1 }),
  'every TaskManager dies': (world) => {
    const all = [...world.flinks.taskManagers.values()];
    for (const { taskId } of all) kill(world, taskId);
    return all.length === 0 ? undefined : `${all.length} of them`;
  },
  'half of the TaskManagers die': (world) => {
    const all = [...world.flinks.taskManagers.values()].filter(() => world.chance.oneIn(2));
    for (const { taskId } of all) kill(world, taskId);
    return all.length === 0 ? undefined : `${all.length} of them`;
  },
  'a JobManager dies': (world) => {
    const id = world.chance.pick([...world.flinks.jobManagers.keys()]);
    if (id !== undefined) kill(world, id);
    return id;
  },
  'a JobManager answers nobody for a while': (world) => {
    const one = world.chance.pick([...world.flinks.jobManagers.values()]);
    if (one !== undefined) one.stuckUntil = world.time.now + world.chance.between(2_000, 30_000);
    return one?.taskId;
  },
  'processes die young': (world) => {
    world.flinks.infantDeaths = 0.7;
    world.time.after(world.chance.between(3_000, 20_000), () => {
      world.flinks.infantDeaths = 0;
    });
    return '';
  },
  'answers of Flink are lost': (world) => {
    world.losesFlinkAnswers += world.chance.whole(1, 3);
    return '';
  },
  'answers to drivers are lost': (world) => {
    world.losesDriverAnswers += world.chance.whole(1, 4);
    return '';
  },
  'a driver does not reach the schedulers': (world) => {
    const one = world.chance.pick([...world.flinks.jobManagers.values()].filter(({ driver }) => driver !== undefined));
    if (one === undefined) return undefined;
    const ms = world.chance.between(2_000, 60_000);
    for (const { name } of world.schedulers) world.network.cut(one.host, ms, name);
    return `${one.taskId} for ${Math.round(ms / 1000)} s`;
  },
  'the storage of checkpoints is away': (world) => {
    const ms = world.chance.between(2_000, 40_000);
    world.flinks.storage.awayUntil = world.time.now + ms;
    return `${Math.round(ms / 1000)} s`;
  },
  'a connection to ZooKeeper is lost': (world) => {
    const session = world.chance.pick([...world.ensemble.ends]);
    session?.cut(world.chance.between(0, 4_000));
    return session?.process.name;
  },
  'a session of ZooKeeper expires': (world) => {
    const session = world.chance.pick([...world.ensemble.ends]);
    const { record } = session ?? {};
    if (record === undefined) return undefined;
    session?.cut(world.chance.between(100, 12_000));
    world.ensemble.end(record);
    return session?.process.name;
  },
  'the place of the leader in the election is removed': (world) => {
    const { leader, ensemble } = world;
    const places = [...(leader?.sessions ?? [])].flatMap(({ id }) => ensemble.tree.ephemeralsOf(id));
    const place = places.find((path) => path.includes('/election/'));
    if (place === undefined) return undefined;
    const somebody = ensemble.begin(10_000);
    ensemble.write(somebody, [{ kind: 'remove', path: place, version: 'any' }]);
    ensemble.end(somebody);
    return leader?.name;
  },
  'ZooKeeper is away': (world) => {
    const ms = world.chance.between(1_000, 40_000);
    for (const session of [...world.ensemble.ends]) session.cut(ms);
    world.ensemble.available = false;
    world.time.after(ms, () => {
      world.ensemble.available = true;
    });
    return `${Math.round(ms / 1000)} s`;
  },
  'ZooKeeper refuses writes': (world) => {
    world.ensemble.refusesWrites = true;
    world.time.after(world.chance.between(500, 15_000), () => {
      world.ensemble.refusesWrites = false;
    });
    return '';
  },
  'ZooKeeper names a master that does not lead': (world) => {
    const claimant = world.chance.pick(world.masters.hosts.filter(({ shell }) => shell === undefined));
    const address = claimant?.address ?? 'master-9:5050';
    const forMs = world.chance.between(2_000, 40_000);
    return world.masters.claim(address, forMs) ? `${address} for ${Math.round(forMs / 1000)} s` : undefined;
  },
  'ZooKeeper answers from the past': (world) => {
    world.ensemble.staleness = 0.5;
    world.time.after(world.chance.between(5_000, 60_000), () => {
      world.ensemble.staleness = 0;
    });
    return '';
  },
  'the leading scheduler is killed': (world) => {
    const { leader } = world;
    leader?.kill(world.chance.between(200, 20_000));
    return leader?.name;
  },
  'all schedulers are killed and started at once': (world) => {
    for (const each of world.schedulers) each.kill(1_000);
    return '';
  },
  'the leading scheduler stands still': (world) => {
    const { leader } = world;
    leader?.pause(world.chance.between(1_000, 65_000));
    return leader?.name;
  },
  'a scheduler is killed at a point': (world) => {
    const point = world.chance.pick(points) ?? '';
    world.traps.set(point, (instance) => {
      world.fault('a scheduler dies at a point', `${instance.name} at "${point}"`);
      instance.kill(world.chance.between(100, 8_000));
    });
    return point;
  },
  'a scheduler stands still at a point': (world) => {
    const point = world.chance.pick(points) ?? '';
    const ms = world.chance.between(1_000, 65_000);
    world.traps.set(point, (instance) => {
      world.fault('a scheduler freezes at a point', `${instance.name} at "${point}"`);
      instance.pause(ms);
    });
    return point;
  },
  'a scheduler stands still before a jar is sent': (world) => {
    const ms = world.chance.between(10_000, 65_000);
    world.traps.set('POST jars sent', (instance) => instance.pause(ms));
    return `${Math.round(ms / 1000)} s`;
  },
  'a scheduler is cut off from the masters': (world) => {
    const { leader } = world;
    const master = world.masters.leader;
    if (leader === undefined || master === undefined) return undefined;
    world.network.cut(leader.name, world.chance.between(2_000, 90_000), master.name);
    return leader.name;
  },
  'a clock jumps': (world) => {
    const { leader } = world;
    if (leader === undefined) return undefined;
    const ms = world.chance.between(-600_000, 600_000);
    leader.process.clockOffsetMs += Math.round(ms);
    return `${leader.name} by ${Math.round(ms / 1000)} s`;
  },
  'the network is slow': (world) => {
    world.network.slownessMs = world.chance.between(20, 1_500);
    world.time.after(world.chance.between(3_000, 30_000), () => {
      world.network.slownessMs = 0;
    });
    return `${Math.round(world.network.slownessMs)} ms`;
  },
};

export const faultNames: readonly string[] = Object.keys(faults);

/** Everything that lasts is over, and all comes back. */
export function heal(world: World): void {
  world.traps.clear();
  world.fates.clear();
  world.losesFlinkAnswers = 0;
  world.losesDriverAnswers = 0;
  world.flinks.storage.awayUntil = 0;
  world.ensemble.refusesWrites = false;
  world.flinks.infantDeaths = 0;
  world.ensemble.available = true;
  world.ensemble.staleness = 0;
  world.network.heal();
  world.masters.heal();
  for (const agent of world.agents) {
    agent.process.resume();
    agent.restart();
  }
  for (const each of world.schedulers) each.process.resume();
  for (const one of world.flinks.jobManagers.values()) one.stuckUntil = 0;
}

function openStream(world: World) {
  return world.chance.pick([...world.masters.streams].filter(({ open }) => open));
}

function nextCall(world: World, fate: CallFate, detail = ''): string {
  const type =
    world.chance.pick(['any', 'ACCEPT', 'ACKNOWLEDGE', 'KILL', 'RECONCILE', 'SUBSCRIBE', 'DECLINE']) ?? 'any';
  const fates = world.fates.get(type) ?? [];
  world.fates.set(type, [...fates.slice(-3), fate]);
  return `${type} ${detail}`.trim();
}

/** What the leading master answers to an operator's call. */
function operate(world: World, call: MasterCommand): number | undefined {
  const { leader } = world.masters;
  let status: number | undefined;
  leader?.process.enter(() => {
    status = leader.shell?.submit({ kind: 'operator', call })?.status;
  });
  return status;
}

function killMaster(world: World, forgetRegistry: boolean): string | undefined {
  const leader: MasterHost | undefined = world.masters.leader;
  if (leader === undefined) return undefined;
  world.masters.kill(leader, forgetRegistry);
  world.time.after(world.chance.between(500, 40_000), () => world.masters.start(leader));
  return leader.name;
}

/** Where tasks are, more often than not. */
function someAgent(world: World) {
  const there = world.agents.filter(({ down, gone }) => !down && !gone);
  const busy = there.filter(({ runs }) => runs.size > 0);
  return world.chance.pick(busy.length > 0 && !world.chance.oneIn(4) ? busy : there);
}

function endTask(world: World, how: { status: number } | { signal: number }): string | undefined {
  const agent = world.chance.pick(world.agents.filter(({ runs }) => runs.size > 0));
  const [runId, run] = world.chance.pick([...(agent?.runs ?? [])]) ?? [];
  if (agent === undefined || runId === undefined) return undefined;
  agent.endTask(runId, how);
  return run?.taskId;
}

function kill(world: World, taskId: string): void {
  for (const agent of world.agents)
    for (const [runId, run] of [...agent.runs]) if (run.taskId === taskId) agent.endTask(runId, { signal: 9 });
}
