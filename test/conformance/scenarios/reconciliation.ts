/** RECONCILE: what the master knows of all tasks, and of those that are asked for. */
import assert from 'node:assert/strict';
import type { TaskStatus } from '../../../src/mesos-api-client/protocol/mesos.ts';
import { type Scenario, scenario } from '../scenario.ts';
import { run } from '../tasks.ts';

function assertReconciled(status: TaskStatus): void {
  assert.equal(status.reason, 'REASON_RECONCILIATION');
  assert.equal(status.source, 'SOURCE_MASTER');
  assert.equal(status.uuid, undefined);
}

export const reconciliation: readonly Scenario[] = [
  scenario(
    'LM-50',
    'RECONCILE of nothing lists what runs and what ended unacknowledged, not what is completed',
    async (bench) => {
      const framework = await bench.framework({ acknowledges: false });
      const through = async (command: string, ...states: string[]) => {
        const started = await run(framework, 'task', command);
        for (const state of states) await framework.acknowledge(await framework.update(started.id, state));
        return started;
      };
      const running = await through('exec sleep 1000', 'TASK_STARTING', 'TASK_RUNNING');
      const completed = await through('exit 0', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
      const ended = await through('exit 0', 'TASK_STARTING', 'TASK_RUNNING');
      await framework.update(ended.id, 'TASK_FINISHED');
      // The acknowledgement of the completed one has to reach its agent and come to the master's knowledge.
      await framework.none('UPDATE', undefined, 300);
      await framework.call('RECONCILE', { reconcile: { tasks: [] } });
      const first = await framework.update(running.id, 'TASK_RUNNING');
      const second = await framework.update(ended.id, 'TASK_FINISHED');
      assertReconciled(first);
      assertReconciled(second);
      await framework.none('UPDATE', (event) => JSON.stringify(event).includes(completed.id));
    },
  ),
  scenario(
    'LM-51',
    'asked for: a known task with its state, whatever agent is named; others GONE or UNKNOWN, LOST without PARTITION_AWARE',
    async (bench) => {
      for (const [capabilities, gone, unknown] of [
        [['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'PARTITION_AWARE'], 'TASK_GONE', 'TASK_UNKNOWN'],
        [['MULTI_ROLE', 'RESERVATION_REFINEMENT'], 'TASK_LOST', 'TASK_LOST'],
      ] as const) {
        const framework = await bench.framework({ capabilities });
        const { id, info, offer } = await run(framework, 'known', 'exec sleep 1000');
        await framework.update(id, 'TASK_RUNNING');
        const noAgent = { value: 'no-such-agent' };
        const questions: readonly [object, string, string][] = [
          [{ task_id: info.task_id, agent_id: offer.agent_id }, id, 'TASK_RUNNING'],
          [{ task_id: info.task_id }, id, 'TASK_RUNNING'],
          [{ task_id: info.task_id, agent_id: noAgent }, id, 'TASK_RUNNING'],
          [{ task_id: { value: 'gone' }, agent_id: offer.agent_id }, 'gone', gone],
          [{ task_id: { value: 'unknown' } }, 'unknown', unknown],
          [{ task_id: { value: 'elsewhere' }, agent_id: noAgent }, 'elsewhere', unknown],
        ];
        for (const [question, name, state] of questions) {
          await framework.call('RECONCILE', { reconcile: { tasks: [question] } });
          const { update } = await framework.take('UPDATE', (event) => event.update.status.task_id.value === name);
          assertReconciled(update.status);
          assert.equal(update.status.state, state, JSON.stringify(question));
        }
        await framework.call('TEARDOWN');
      }
    },
  ),
];
