/** Launches that the master refuses: bad offers, bad tasks, no room. */
import assert from 'node:assert/strict';
import type { OperationId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type { Offer, TaskInfo, TaskStatus } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { Framework } from '../framework.ts';
import { type Scenario, Skipped, scenario } from '../scenario.ts';
import { amount, freshId, hasRoom, launch, memOfTask, run, runUntilRunning, scalar, task } from '../tasks.ts';

const notAware = ['MULTI_ROLE', 'RESERVATION_REFINEMENT'];

function assertRefused(status: TaskStatus, state: string, reason: string): void {
  assert.equal(status.state, state);
  assert.equal(status.source, 'SOURCE_MASTER');
  assert.equal(status.reason, reason);
  assert.equal(status.uuid, undefined, 'an answer of the master has no uuid');
}

async function refusedOn(framework: Framework, offers: readonly Offer[], state = 'TASK_DROPPED'): Promise<void> {
  const [first] = offers;
  assert.ok(first);
  const info = task(first, 'refused', 'exit 0');
  assert.equal((await framework.accept(offers, [launch(info)], 0)).status, 202);
  assertRefused(await framework.update(info.task_id.value, state), state, 'REASON_INVALID_OFFERS');
}

/** Offers of two agents; a cluster of one agent has none. */
async function ofTwoAgents(framework: Framework): Promise<[Offer, Offer]> {
  const one = await framework.offer(hasRoom);
  const other = await framework
    .offer((each) => each.agent_id.value !== one.agent_id.value)
    .catch(() => {
      throw new Skipped('the cluster offers one agent only');
    });
  return [one, other];
}

export const refusals: readonly Scenario[] = [
  scenario('LM-35', 'an unknown, doubled or used offer: DROPPED, or LOST without PARTITION_AWARE', async (bench) => {
    for (const [capabilities, state] of [
      [undefined, 'TASK_DROPPED'],
      [notAware, 'TASK_LOST'],
    ] as const) {
      const framework = await bench.framework(capabilities === undefined ? {} : { capabilities });
      const held = await framework.offer(hasRoom);
      await refusedOn(framework, [{ ...held, id: { value: 'no-such-offer' } as Offer['id'] }], state);
      await refusedOn(framework, [held, held], state);
      const { offer: used } = await run(framework, 'uses', 'exit 0');
      await refusedOn(framework, [used], state);
      await framework.call('TEARDOWN');
    }
  }),
  scenario('LM-35', "another framework's offer: its owner loses it without a RESCIND", async (bench) => {
    const owner = await bench.framework();
    const offer = await owner.offer(hasRoom);
    const thief = await bench.framework({ suppressedRoles: ['*'] });
    await refusedOn(thief, [offer]);
    await owner.none('RESCIND', undefined, 500);
    await refusedOn(owner, [offer]);
  }),
  scenario('LM-36', 'offers of two agents in one ACCEPT are invalid', async (bench) => {
    const framework = await bench.framework();
    await refusedOn(framework, await ofTwoAgents(framework));
  }),
  scenario('LM-36', 'offers of two roles in one ACCEPT are invalid', async (bench) => {
    const roles = [freshId('a'), freshId('b')];
    const framework = await bench.framework({ info: { roles } });
    const one = await framework.offer(hasRoom);
    const other = await framework
      .offer((each) => each.allocation_info?.role !== one.allocation_info?.role)
      .catch(() => undefined);
    if (other === undefined) throw new Skipped('all offers went to one role');
    await refusedOn(framework, [one, other]);
  }),
  scenario(
    'LM-38',
    'tasks that are not well described are TASK_ERROR, and the rest of the call goes on',
    async (bench) => {
      const framework = await bench.framework();
      const offer = await framework.offer(hasRoom);
      const bad = badTasks(offer);
      const good = task(offer, 'good', 'exec sleep 1000');
      await framework.accept([offer], [launch(...bad, good)], 0);
      for (const { task_id } of bad) {
        const status = await framework.update(task_id.value, 'TASK_ERROR', 'TASK_STARTING');
        assertRefused(status, 'TASK_ERROR', 'REASON_TASK_INVALID');
        assert.notEqual(status.message, undefined);
      }
      await framework.update(good.task_id.value, 'TASK_RUNNING');
    },
  ),
  scenario(
    'LM-39',
    'tasks are judged one by one: what the first leaves is too little for the second',
    async (bench) => {
      const framework = await bench.framework();
      const offer = await framework.offer(hasRoom);
      const half = Math.floor(amount(offer, 'cpus') * 600) / 1000;
      const resources = [scalar('cpus', half), scalar('mem', memOfTask)];
      const first = task(offer, 'first', 'exec sleep 1000', { resources });
      const second = task(offer, 'second', 'exec sleep 1000', { resources });
      await framework.accept([offer], [launch(first, second)], 0);
      assertRefused(await framework.update(second.task_id.value, 'TASK_ERROR'), 'TASK_ERROR', 'REASON_TASK_INVALID');
      await framework.update(first.task_id.value, 'TASK_RUNNING');
    },
  ),
  scenario('LM-40', 'the id of a running task is refused, and the task runs on', async (bench) => {
    const framework = await bench.framework();
    const { info } = await runUntilRunning(framework, 'twice');
    const offer = await framework.offer(hasRoom);
    await framework.accept([offer], [launch({ ...info, agent_id: offer.agent_id })], 0);
    assertRefused(await framework.update(info.task_id.value, 'TASK_ERROR'), 'TASK_ERROR', 'REASON_TASK_INVALID');
    await framework.call('RECONCILE', { reconcile: { tasks: [{ task_id: info.task_id }] } });
    const answer = await framework.update(info.task_id.value, 'TASK_RUNNING');
    assert.equal(answer.reason, 'REASON_RECONCILIATION');
  }),
  scenario('LM-41', 'an id of the operation on LAUNCH is refused', async (bench) => {
    const framework = await bench.framework();
    const offer = await framework.offer(hasRoom);
    const info = task(offer, 'operation', 'exit 0');
    await framework.accept([offer], [{ ...launch(info), id: { value: 'operation-1' as OperationId } }], 0);
    assertRefused(await framework.update(info.task_id.value, 'TASK_ERROR'), 'TASK_ERROR', 'REASON_TASK_INVALID');
  }),
];

function badTasks(offer: Offer): TaskInfo[] {
  const command = 'exit 0';
  const make = (members: Partial<TaskInfo>) => task(offer, 'bad', command, members);
  const { command: _command, ...neither } = make({});
  const executor = { executor_id: { value: 'e' }, command: { value: 'exit 0' } } as TaskInfo['executor'] & object;
  const check = { delay_seconds: 1 };
  return [
    make({ resources: [] }),
    make({ resources: [scalar('cpus', amount(offer, 'cpus') + 1), scalar('mem', memOfTask)] }),
    make({ resources: [scalar('cpus', -1), scalar('mem', memOfTask)] }),
    make({ resources: [scalar('cpus', 0.0004), scalar('mem', memOfTask)] }),
    make({ agent_id: { value: 'another-agent' } as TaskInfo['agent_id'] }),
    make({ task_id: { value: freshId('a/b') } as TaskInfo['task_id'] }),
    make({ executor }),
    neither,
    make({ kill_policy: { grace_period: { nanoseconds: -1 } } }),
    make({ health_check: { ...check, type: 'HTTP' } }),
    make({ health_check: { ...check, type: 'HTTP', http: { port: 80, path: 'x' } } }),
    make({ limits: { cpus: { value: 0.01 } } }),
  ];
}
