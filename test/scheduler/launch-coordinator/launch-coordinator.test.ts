import test from 'ava';
import type { ContainerInfo } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { Frame } from '../../../src/scheduler/model/frame.ts';
import {
  agent,
  callsOf,
  callTypes,
  Driver,
  factKinds,
  frameworkId,
  id,
  offer,
  portsResource,
  scalar,
  taskSpec,
  timerOf,
} from '../fixtures.ts';

function ready(): Driver {
  const core = new Driver();
  core.subscribe();
  return core;
}

function accepts(frame: Frame) {
  return callsOf(frame, 'ACCEPT').map(({ accept }) => ({
    offers: accept.offer_ids.map(({ value }) => value as string),
    tasks: (accept.operations ?? []).flatMap((operation) =>
      operation.type === 'LAUNCH' ? operation.launch.task_infos : [],
    ),
    refuse: accept.filters?.refuse_seconds,
  }));
}

function declines(frame: Frame) {
  return callsOf(frame, 'DECLINE').map(({ decline }) => ({
    offers: decline.offer_ids.map(({ value }) => value as string),
    refuse: decline.filters?.refuse_seconds,
  }));
}

test('LC-1, LC-7, LC-20, MA-48: while nothing waits every offer goes back at once, with a long filter', (t) => {
  const core = ready();
  const frame = core.offers(offer('o1', agent(1)), offer('o2', agent(2)));
  t.deepEqual(declines(frame), [{ offers: ['o1', 'o2'], refuse: 3600 }]);
  t.deepEqual(callTypes(frame), ['DECLINE']);
  t.is(core.scheduler.view().offersHeld, 0);
});

test('LC-8, LC-9, LC-14, MA-48: the first request revives, once, naming the roles', (t) => {
  const core = ready();
  const revive = callsOf(core.launch(taskSpec('t1')), 'REVIVE');
  t.deepEqual(revive, [{ type: 'REVIVE', framework_id: { value: frameworkId }, revive: { roles: ['flink'] } }]);
  t.deepEqual(callTypes(core.launch(taskSpec('t2'))), []);
});

test('LC-10, LC-17, LC-18: what fits is launched in the turn of the offer, and with nothing left to launch offers end', (t) => {
  const core = ready();
  core.launch(taskSpec('t1'));
  const frame = core.offers(offer('o1', agent(1)));
  t.deepEqual(callTypes(frame), ['ACCEPT', 'SUPPRESS']);
  t.deepEqual(accepts(frame)[0]?.offers, ['o1']);
  t.is(accepts(frame)[0]?.refuse, 3600);
  t.deepEqual(callsOf(frame, 'SUPPRESS')[0]?.suppress, { roles: ['flink'] });
  t.is(core.scheduler.view().tasksWaiting, 0);
});

test('LC-19, MA-54: what does not fit goes back with a short filter, and the task waits with a reason in numbers', (t) => {
  const core = ready();
  core.launch(taskSpec('big', { resources: { cpus: 2.5, memMiB: 4096 } }));
  t.is(core.why('big'), 'no offer has come yet');
  const frame = core.offers(
    offer('o1', agent(1), { cpus: 1 }),
    offer('o2', agent(2), { cpus: 2, mem: 1024 }),
    offer('o3', agent(3), { mem: 512.5 }),
  );
  t.deepEqual(declines(frame), [{ offers: ['o1', 'o2', 'o3'], refuse: 5 }]);
  t.is(
    core.why('big'),
    'of 3 agents: 2 too few cpus (wanted 2.5, best 2); 2 too little memory (wanted 4096 MiB, best 1024 MiB)',
  );
  t.deepEqual(factKinds(frame).filter((kind) => kind === 'task.waiting').length, 1);
  const again = core.offers(offer('o4', agent(1), { cpus: 1 }));
  t.false(factKinds(again).includes('task.waiting'));
});

test('that no offer comes is told after ten seconds, once, and again when offers have come and cease', (t) => {
  const core = ready();
  const waiting = (frame: Frame) => frame.facts.flatMap((fact) => (fact.kind === 'task.waiting' ? fact.why : []));
  const silenceBegins = core.now;
  t.deepEqual(waiting(core.launch(taskSpec('t1', { resources: { cpus: 2 } }))), []);
  t.like(core.scheduler.why(id('t1')), { noOfferSince: silenceBegins, state: 'no-offers' });
  t.deepEqual(waiting(core.timer({ kind: 'match' }, 10_000)), ['no offer has come yet']);
  t.deepEqual(waiting(core.timer({ kind: 'match' }, 10_000)), []);
  core.offers(offer('o1', agent(1), { cpus: 4 }));
  const offered = core.now;
  const requested = core.launch(taskSpec('t2', { resources: { cpus: 2 } }));
  t.like(timerOf(requested, 'match'), { kind: 'set', at: core.now + 10_000 });
  t.like(core.scheduler.why(id('t2')), { lastOfferAt: offered, noOfferSince: offered });
  t.deepEqual(waiting(core.timer({ kind: 'match' }, 10_000)), [
    '1 of 1 agent had room when last offered: waiting for an offer',
  ]);
  core.failed('closed');
  t.is(core.scheduler.why(id('t2'))?.noOfferSince, undefined);
});

test('a request that comes after offers were refused revives; the next one before another refusal does not', (t) => {
  const core = ready();
  core.launch(taskSpec('big', { resources: { cpus: 64 } }));
  core.offers(offer('o1', agent(1)));
  t.deepEqual(callTypes(core.launch(taskSpec('small'))), ['REVIVE']);
  t.deepEqual(callTypes(core.launch(taskSpec('small2'))), []);
});

test('LC-3, LC-6, LC-12, LC-13, MA-23: a break makes all offers void and leaves the requests', (t) => {
  const core = ready();
  core.launch(taskSpec('t1', { prefer: { agentId: agent(9), forMs: 60_000 } }));
  core.offers(offer('o1', agent(1)));
  t.is(core.scheduler.view().offersHeld, 1);
  const lost = core.failed('closed');
  t.is(timerOf(lost, 'match')?.kind, 'clear');
  t.is(core.scheduler.view().offersHeld, 0);
  t.is(core.scheduler.view().tasksWaiting, 1);
  t.is(core.why('t1'), 'no Mesos master is connected');
  core.launch(taskSpec('t2'));
  core.timer({ kind: 'subscribe' });
  core.subscribed();
  t.deepEqual(callsOf(core.timer({ kind: 'match' }, 60_000), 'ACCEPT'), []);
  const launched = accepts(core.offers(offer('o2', agent(1))));
  t.deepEqual(
    launched.map(({ offers, tasks }) => [offers, tasks.length]),
    [[['o2'], 2]],
  );
});

test('RL-4, LC-16, MA-24: a rescinded offer is not used; one that is not known is ignored', (t) => {
  const core = ready();
  core.launch(taskSpec('t1', { prefer: { agentId: agent(9), forMs: 60_000 } }));
  core.offers(offer('o1', agent(1)));
  const rescinded = core.event({ type: 'RESCIND', rescind: { offer_id: { value: 'o1' as never } } });
  t.deepEqual(rescinded.facts, [{ kind: 'offer.rescinded', offerId: 'o1' as never, known: true }]);
  const unknown = core.event({ type: 'RESCIND', rescind: { offer_id: { value: 'o7' as never } } });
  t.deepEqual(unknown.facts, [{ kind: 'offer.rescinded', offerId: 'o7' as never, known: false }]);
  t.deepEqual(callsOf(core.timer({ kind: 'match' }, 60_000), 'ACCEPT'), []);
});

test('MA-51: offers of one agent and role are used together, those of others never', (t) => {
  const core = ready();
  core.launch(taskSpec('t1', { resources: { cpus: 3 } }));
  const frame = core.offers(
    offer('o1', agent(1), { cpus: 2, ports: [{ begin: 1000, end: 1000 }] }),
    offer('o2', agent(2), { cpus: 2 }),
    offer('o3', agent(1), { cpus: 2, ports: [{ begin: 1001, end: 1001 }] }),
    offer('o4', agent(1), { cpus: 2, role: 'other' }),
  );
  t.deepEqual(
    accepts(frame).map(({ offers }) => offers),
    [['o1', 'o3']],
  );
  t.deepEqual(
    declines(frame).map(({ offers }) => offers),
    [['o2', 'o4']],
  );
  t.deepEqual(core.task('t1')?.life.phase === 'launched' && core.task('t1')?.life, {
    phase: 'launched',
    placement: { agentId: agent(1), hostname: 'host-S1', ports: { rpc: 1000, data: 1001 }, launchedAt: core.now },
    state: 'TASK_STAGING',
    stateAt: core.now,
  });
});

test('the description of a task: command, environment, ports, kill policy, labels, discovery', (t) => {
  const core = ready();
  const spec = taskSpec('t1', {
    resources: { cpus: 0.5, memMiB: 512, diskMiB: 10, ports: ['rest', 'blob-server'] },
    process: {
      command: 'run it',
      environment: { A: 'b', HOST: 'overridden' },
      uris: [{ value: 'http://x/y' }],
      labels: { k: 'v' },
      user: 'flink',
      killGraceMs: 1500,
    },
  });
  core.launch(spec);
  const [task] = accepts(core.offers(offer('o1', agent(1))))[0]?.tasks ?? [];
  t.deepEqual(task, {
    name: 't1',
    task_id: { value: id('t1') },
    agent_id: { value: agent(1) },
    resources: [
      scalar('cpus', 0.5),
      scalar('mem', 512),
      scalar('disk', 10),
      portsResource({ begin: 31_000, end: 31_001 }),
    ],
    command: {
      shell: true,
      value: 'run it',
      environment: {
        variables: [
          { name: 'A', type: 'VALUE', value: 'b' },
          { name: 'HOST', type: 'VALUE', value: 'host-S1' },
          { name: 'TASK_ID', type: 'VALUE', value: 't1' },
          { name: 'PORT_REST', type: 'VALUE', value: '31000' },
          { name: 'PORT_BLOB_SERVER', type: 'VALUE', value: '31001' },
        ],
      },
      uris: [{ value: 'http://x/y' }],
      user: 'flink',
    },
    kill_policy: { grace_period: { nanoseconds: 1_500_000_000 } },
    labels: { labels: [{ key: 'k', value: 'v' }] },
    discovery: {
      visibility: 'CLUSTER',
      name: 't1',
      ports: {
        ports: [
          { number: 31_000, name: 'rest', protocol: 'tcp', visibility: 'CLUSTER' },
          { number: 31_001, name: 'blob-server', protocol: 'tcp', visibility: 'CLUSTER' },
        ],
      },
    },
  });
});

test('a container is sent as it was asked for', (t) => {
  const core = ready();
  const container: ContainerInfo = { type: 'MESOS', network_infos: [{ name: 'dcos' }] };
  core.launch(taskSpec('t1', { process: { ...taskSpec('t1').process, container } }));
  const [task] = accepts(core.offers(offer('o1', agent(1))))[0]?.tasks ?? [];
  t.deepEqual(task?.container, container);
});

test("a port's virtual address is a label of its discovery", (t) => {
  const core = ready();
  core.launch(taskSpec('t1', { vips: { data: '/words:9069' } }));
  const [task] = accepts(core.offers(offer('o1', agent(1))))[0]?.tasks ?? [];
  const ports = task?.discovery?.ports?.ports ?? [];
  t.deepEqual(
    ports.map(({ name, labels }) => [name, labels]),
    [
      ['rpc', undefined],
      ['data', { labels: [{ key: 'VIP_0', value: '/words:9069' }] }],
    ],
  );
});

test('a replacement gets fresh ports, after a restart of the scheduler too', (t) => {
  const core = ready();
  const portsOf = (driver: Driver, taskId: string) => {
    driver.launch(taskSpec(taskId));
    driver.offers(offer(`o-${taskId}`, agent(1), { ports: [{ begin: 31_000, end: 31_005 }] }));
    const life = driver.task(taskId)?.life;
    driver.update({ taskId, state: 'TASK_FAILED' });
    return life?.phase === 'launched' ? Object.values(life.placement.ports) : [];
  };
  t.deepEqual(portsOf(core, 't1'), [31_000, 31_001]);
  t.deepEqual(portsOf(core, 't2'), [31_002, 31_003]);
  const restarted = new Driver({ tasks: core.scheduler.tasks() });
  restarted.subscribe();
  t.deepEqual(portsOf(restarted, 't3'), [31_004, 31_005]);
  t.deepEqual(portsOf(restarted, 't4'), [31_000, 31_001]);
});

test('a task that would rather go back waits for its old agent and ports, holding one offer at most elsewhere', (t) => {
  const core = ready();
  const prefer = { agentId: agent(2), ports: { rpc: 31_010, data: 31_011 }, forMs: 20_000 };
  const requested = core.launch(taskSpec('t1', { prefer }));
  t.deepEqual(timerOf(requested, 'match'), { kind: 'set', timer: { kind: 'match' }, at: core.now + 20_000 });
  const elsewhere = core.offers(offer('o1', agent(1)), offer('o3', agent(3)));
  t.deepEqual(
    declines(elsewhere).map(({ offers }) => offers),
    [['o3']],
  );
  t.regex(core.why('t1') ?? '', /old agent S2/);
  // Its old agent, but one of the ports is still taken: waited for, too.
  const taken = core.offers(offer('o2', agent(2), { ports: [{ begin: 31_000, end: 31_010 }] }));
  t.deepEqual(callTypes(taken), []);
  const home = core.offers(offer('o4', agent(2), { cpus: 0.1, mem: 1, ports: [{ begin: 31_011, end: 31_020 }] }));
  t.deepEqual(
    accepts(home).map(({ offers }) => offers),
    [['o2', 'o4']],
  );
  t.deepEqual(
    declines(home).map(({ offers }) => offers),
    [['o1']],
  );
  t.like(core.task('t1')?.life, { placement: { agentId: agent(2), ports: prefer.ports } });
  t.is(timerOf(home, 'match')?.kind, 'clear');
});

test('a preference that was in vain gives way to anything once its time is over', (t) => {
  const core = ready();
  core.launch(taskSpec('t1', { prefer: { agentId: agent(2), forMs: 20_000 } }));
  core.offers(offer('o1', agent(1)));
  const frame = core.timer({ kind: 'match' }, 20_000);
  t.deepEqual(
    accepts(frame).map(({ offers }) => offers),
    [['o1']],
  );
});

test('others do not take the place that somebody waits for, while there is another', (t) => {
  const core = ready();
  core.launch(taskSpec('home', { resources: { cpus: 4 }, prefer: { agentId: agent(1), forMs: 20_000 } }));
  core.launch(taskSpec('other'));
  core.offers(offer('o1', agent(1), { cpus: 2 }), offer('o2', agent(2)));
  t.like(core.task('other')?.life, { placement: { agentId: agent(2) } });
});

test('MA-56: inverse offers are answered', (t) => {
  const core = ready();
  const inverse = {
    id: { value: 'i1' as never },
    framework_id: { value: frameworkId },
    unavailability: { start: { nanoseconds: 1 } },
  };
  const frame = core.event({ type: 'INVERSE_OFFERS', inverse_offers: { inverse_offers: [inverse] } });
  t.deepEqual(callTypes(frame), ['ACCEPT_INVERSE_OFFERS']);
});

test('1,000 offers and 500 requests are matched in one turn, each request once', (t) => {
  const core = ready();
  for (let index = 0; index < 500; index++) {
    core.launch(taskSpec(`t${index}`));
  }
  const frame = core.offers(
    ...Array.from({ length: 1000 }, (_each, index) => offer(`o${index}`, agent(index), { cpus: 1 + (index % 4) })),
  );
  const launched = accepts(frame).flatMap(({ tasks }) => tasks.map((task) => task.task_id.value));
  t.is(new Set(launched).size, 500);
  t.is(launched.length, 500);
});
