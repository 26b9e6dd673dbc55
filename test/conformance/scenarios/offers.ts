/** Offers: what they hold, how refusals, suppression and revival hold them back and bring them again. */
import assert from 'node:assert/strict';
import type { Offer } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { Framework } from '../framework.ts';
import { type Scenario, scenario } from '../scenario.ts';
import { amount, freshId, hasRoom, launch, task } from '../tasks.ts';

/** The time between the end of a refusal and the offer that follows it, and that offer. */
async function returnsAfter(framework: Framework, offer: Offer, refuseSeconds?: number): Promise<[number, Offer]> {
  const began = Date.now();
  await framework.decline([offer], refuseSeconds);
  const next = await framework.offer(({ agent_id }) => agent_id.value === offer.agent_id.value);
  return [Date.now() - began, next];
}

export const offers: readonly Scenario[] = [
  scenario('LM-20', 'a subscriber is offered what is free, with agent, address and role', async (bench) => {
    const framework = await bench.framework();
    const offer = await framework.offer();
    assert.equal(offer.framework_id.value, framework.id);
    assert.notEqual(offer.agent_id.value, '');
    assert.notEqual(offer.hostname, '');
    assert.equal(offer.url?.path, '/slave(1)');
    assert.ok((offer.url?.address.port ?? 0) > 0);
    assert.deepEqual(offer.allocation_info, { role: '*' });
    assert.ok((offer.resources ?? []).every((each) => each.allocation_info?.role === '*'));
    assert.ok(amount(offer, 'cpus') > 0 || amount(offer, 'mem') > 0);
  }),
  scenario(
    'LM-21',
    'a declined offer returns after 5 s, at once with 0, and not at all with 3600 until REVIVE',
    async (bench) => {
      const framework = await bench.framework();
      const [plain, second] = await returnsAfter(framework, await framework.offer(hasRoom));
      assert.ok(plain >= 4_900, `after ${plain} ms without filters`);
      const [none, offer] = await returnsAfter(framework, second, 0);
      assert.ok(none < 4_900, `after ${none} ms with refuse_seconds 0`);
      const sameAgent = ({ agent_id }: { agent_id: { value: string } }) => agent_id.value === offer.agent_id.value;
      await framework.decline([offer], 3600);
      await framework.noOffer(sameAgent, 2_500);
      await framework.call('REVIVE');
      await framework.offer(sameAgent);
    },
  ),
  scenario('LM-22', 'more than was refused becomes free: an offer comes despite the filter', async (bench) => {
    const framework = await bench.framework();
    const offer = await framework.offer(hasRoom);
    const info = task(offer, 'part', 'exec sleep 1000');
    await framework.accept([offer], [launch(info)], 3600);
    await framework.update(info.task_id.value, 'TASK_RUNNING');
    await framework.call('KILL', { kill: { task_id: info.task_id, agent_id: offer.agent_id } });
    await framework.update(info.task_id.value, 'TASK_KILLED');
    const next = await framework.offer(({ agent_id }) => agent_id.value === offer.agent_id.value);
    assert.ok(amount(next, 'cpus') >= amount(offer, 'cpus'));
  }),
  scenario(
    'LM-23',
    'SUPPRESS ends offers, REVIVE brings them; a role that is not subscribed changes nothing',
    async (bench) => {
      const framework = await bench.framework();
      const offer = await framework.offer();
      await framework.call('SUPPRESS');
      await framework.decline([offer], 0);
      const again = ({ agent_id }: { agent_id: { value: string } }) => agent_id.value === offer.agent_id.value;
      await framework.noOffer(again, 2_500);
      assert.equal((await framework.call('REVIVE', { revive: { roles: ['other'] } })).status, 202);
      await framework.noOffer(again);
      assert.equal((await framework.call('REVIVE')).status, 202);
      await framework.offer(again);
    },
  ),
  scenario('LM-24', 'suppression lasts over a resubscription only if it is said again', async (bench) => {
    const first = await bench.framework({ suppressedRoles: ['*'] });
    await first.noOffer(undefined, 2_500);
    const again = await bench.framework({ info: { id: first.info.id } as object, suppressedRoles: ['*'] });
    await again.noOffer(undefined, 2_500);
    const free = await bench.framework({ info: { id: first.info.id } as object });
    await free.offer();
  }),
  scenario(
    'LM-26',
    'UPDATE_FRAMEWORK without a role rescinds its offers; user and checkpoint may not change',
    async (bench) => {
      const roles = [freshId('a'), freshId('b')];
      const framework = await bench.framework({ info: { roles } });
      const offer = await framework.offer(({ allocation_info: info }) => info?.role !== undefined);
      const kept = roles.filter((role) => role !== offer.allocation_info?.role);
      const update = (changes: object) =>
        framework.call('UPDATE_FRAMEWORK', {
          update_framework: { framework_info: { ...framework.info, ...changes } },
        });
      assert.equal((await update({ user: `${framework.info.user}x` })).status, 400);
      assert.equal((await update({ checkpoint: false })).status, 400);
      assert.equal((await update({ roles: kept })).status, 200);
      await framework.take('RESCIND', ({ rescind }) => rescind.offer_id.value === offer.id.value);
      const next = await framework.offer((each) => each.allocation_info?.role === kept[0]);
      assert.ok(next);
    },
  ),
  scenario('LM-37', 'ACCEPT without operations refuses the offer with its filter', async (bench) => {
    const framework = await bench.framework();
    const offer = await framework.offer();
    const began = Date.now();
    assert.equal((await framework.accept([offer], [], 2)).status, 202);
    await framework.offer(({ agent_id }) => agent_id.value === offer.agent_id.value);
    assert.ok(Date.now() - began >= 1_900);
  }),
];
