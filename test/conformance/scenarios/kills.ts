/** KILL of tasks that run, that nobody knows, and that are said to run elsewhere. */
import assert from 'node:assert/strict';
import { type Scenario, scenario } from '../scenario.ts';
import { run, runUntilRunning } from '../tasks.ts';

/** Tells by its end that the trap was set: a signal that comes before it ends the shell. */
const deaf = 'trap "" TERM; while :; do sleep 1; done';

export const kills: readonly Scenario[] = [
  scenario('LM-42', 'KILL is SIGTERM; whoever does not hear it is ended by SIGKILL after 3 s', async (bench) => {
    const framework = await bench.framework();
    const gentle = await runUntilRunning(framework, 'gentle');
    await framework.call('KILL', { kill: { task_id: gentle.info.task_id, agent_id: gentle.offer.agent_id } });
    const killed = await framework.update(gentle.id, 'TASK_KILLED', 'TASK_KILLING');
    assert.equal(killed.state, 'TASK_KILLED', 'KILLING is for frameworks that know it');
    assert.match(killed.message ?? '', /signal Terminated/);

    const hard = await runUntilRunning(framework, 'deaf', deaf);
    // The shell needs a moment to set its trap; a task that ends at once would show it by its message.
    await framework.none('UPDATE', undefined, 500);
    const began = Date.now();
    await framework.call('KILL', { kill: { task_id: hard.info.task_id, agent_id: hard.offer.agent_id } });
    const forced = await framework.update(hard.id, 'TASK_KILLED');
    assert.match(forced.message ?? '', /signal Killed/);
    assert.ok(Date.now() - began >= 2_900, 'the grace is 3 s');
  }),
  scenario('LM-42', "the task's own grace counts, and KILLING comes first with the capability", async (bench) => {
    const framework = await bench.framework({
      capabilities: ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'PARTITION_AWARE', 'TASK_KILLING_STATE'],
    });
    const { id, info, offer } = await run(framework, 'policy', deaf, {
      kill_policy: { grace_period: { nanoseconds: 1_000_000_000 } },
    });
    await framework.update(id, 'TASK_RUNNING');
    await framework.none('UPDATE', undefined, 500);
    const began = Date.now();
    await framework.call('KILL', { kill: { task_id: info.task_id, agent_id: offer.agent_id } });
    assert.equal((await framework.update(id, 'TASK_KILLING', 'TASK_KILLED')).state, 'TASK_KILLING');
    await framework.update(id, 'TASK_KILLED');
    const tookMs = Date.now() - began;
    assert.ok(tookMs >= 900 && tookMs < bench.patienceMs, `${tookMs} ms`);
  }),
  scenario(
    'LM-45',
    'KILL of an unknown task is answered GONE on a known agent, else UNKNOWN; LOST without PARTITION_AWARE',
    async (bench) => {
      const aware = await bench.framework();
      const { agent_id } = await aware.offer();
      await aware.call('KILL', { kill: { task_id: { value: 'never-1' }, agent_id } });
      assert.equal((await aware.update('never-1', 'TASK_GONE', 'TASK_UNKNOWN')).state, 'TASK_GONE');
      await aware.call('KILL', { kill: { task_id: { value: 'never-2' } } });
      const unknown = await aware.update('never-2', 'TASK_GONE', 'TASK_UNKNOWN');
      assert.equal(unknown.state, 'TASK_UNKNOWN');
      assert.equal(unknown.uuid, undefined);
      const simple = await bench.framework({
        capabilities: ['MULTI_ROLE', 'RESERVATION_REFINEMENT'],
        suppressedRoles: ['*'],
      });
      await simple.call('KILL', { kill: { task_id: { value: 'never-3' }, agent_id } });
      await simple.call('KILL', { kill: { task_id: { value: 'never-4' } } });
      await simple.update('never-3', 'TASK_LOST');
      await simple.update('never-4', 'TASK_LOST');
    },
  ),
  scenario('LM-46', 'KILL that names another agent is 202 and nothing', async (bench) => {
    const framework = await bench.framework();
    const { id, info, offer } = await runUntilRunning(framework, 'elsewhere');
    const answer = await framework.call('KILL', {
      kill: { task_id: info.task_id, agent_id: { value: 'another-agent' } },
    });
    assert.equal(answer.status, 202);
    await framework.none('UPDATE');
    await framework.call('KILL', { kill: { task_id: info.task_id, agent_id: offer.agent_id } });
    await framework.update(id, 'TASK_KILLED');
  }),
];
