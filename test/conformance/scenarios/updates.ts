/** Updates and their acknowledgements: one in flight, repeated until acknowledged. */
import assert from 'node:assert/strict';
import { type Scenario, scenario } from '../scenario.ts';
import { hasRoom, launch, run, task } from '../tasks.ts';

const byHand = { acknowledges: false } as const;

export const updates: readonly Scenario[] = [
  scenario(
    'LM-30 LM-31 LM-32 LM-52',
    'STARTING is repeated until it is acknowledged, at once after a resubscription; RUNNING waits, and reconciliation says STARTING',
    async (bench) => {
      const old = await bench.framework(byHand);
      const { id, offer } = await run(old, 'unacknowledged', 'exec sleep 1000');
      const starting = await old.update(id, 'TASK_STARTING');
      const began = Date.now();
      const question = { reconcile: { tasks: [{ task_id: { value: id }, agent_id: offer.agent_id }] } };
      await old.call('RECONCILE', question);
      const answer = await old.update(id, 'TASK_STARTING', 'TASK_RUNNING');
      assert.equal(answer.reason, 'REASON_RECONCILIATION');
      assert.equal(answer.state, 'TASK_STARTING');
      await old.acknowledge({ ...starting, uuid: 'AAAAAAAAAAAAAAAAAAAAAA==' });
      const repeated = await old.update(id, 'TASK_STARTING', 'TASK_RUNNING');
      assert.equal(repeated.uuid, starting.uuid);
      assert.ok(Date.now() - began >= 8_000, 'the first repetition comes after 10 s');

      const framework = await bench.framework({ ...byHand, info: { id: old.info.id } as object });
      const again = await framework.update(id, 'TASK_STARTING', 'TASK_RUNNING');
      assert.equal(again.uuid, starting.uuid);
      await framework.acknowledge(again);
      await framework.acknowledge(again);
      const running = await framework.update(id, 'TASK_RUNNING');
      assert.notEqual(running.uuid, starting.uuid);
      await framework.acknowledge(starting);
      await framework.none('UPDATE');
      await framework.acknowledge(running);
    },
  ),
  scenario('LM-34', 'an ended task is known, and its id refused, until its end is acknowledged', async (bench) => {
    const framework = await bench.framework(byHand);
    const { info, id, offer } = await run(framework, 'ended', 'exit 0');
    await framework.acknowledge(await framework.update(id, 'TASK_STARTING'));
    await framework.acknowledge(await framework.update(id, 'TASK_RUNNING'));
    const finished = await framework.update(id, 'TASK_FINISHED');
    const question = { reconcile: { tasks: [{ task_id: info.task_id, agent_id: offer.agent_id }] } };
    await framework.call('RECONCILE', question);
    assert.equal((await framework.update(id, 'TASK_FINISHED', 'TASK_GONE')).state, 'TASK_FINISHED');
    const fits = ({ agent_id }: typeof offer) => agent_id.value === offer.agent_id.value;
    const next = await framework.offer((each) => fits(each) && hasRoom(each));
    await framework.accept([next], [launch({ ...info, agent_id: next.agent_id })], 0);
    assert.equal((await framework.update(id, 'TASK_ERROR')).uuid, undefined);

    await framework.acknowledge(finished);
    await framework.call('RECONCILE', question);
    assert.equal((await framework.update(id, 'TASK_FINISHED', 'TASK_GONE')).state, 'TASK_GONE');
    const last = await framework.offer((each) => fits(each) && hasRoom(each));
    const reused = { ...task(last, 'reused', 'exec sleep 1000'), task_id: info.task_id };
    await framework.accept([last], [launch(reused)], 0);
    await framework.update(id, 'TASK_STARTING');
  }),
];
