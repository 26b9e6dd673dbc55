/** Groups of tasks on a default executor: launched together or not at all, and ended together. */
import assert from 'node:assert/strict';
import type { ExecutorInfo, Offer, OfferOperation, TaskInfo } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { Framework } from '../framework.ts';
import { type Scenario, scenario } from '../scenario.ts';
import { amount, freshId, hasRoom, scalar, task } from '../tasks.ts';

const sizes = [scalar('cpus', 0.1), scalar('mem', 32), scalar('disk', 16)];

function executorOf(framework: Framework, more: Partial<ExecutorInfo> = {}): ExecutorInfo {
  return {
    type: 'DEFAULT',
    executor_id: { value: freshId('executor') as never },
    framework_id: { value: framework.id as never },
    resources: sizes,
    ...more,
  };
}

function group(executor: ExecutorInfo, tasks: TaskInfo[]): OfferOperation {
  return { type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks } } };
}

const roomy = (offer: Offer) => hasRoom(offer) && amount(offer, 'disk') >= 16;

export const groups: readonly Scenario[] = [
  scenario(
    'LM-29 MA-58',
    'a group runs in nested containers; the failure of one ends all, then its executor',
    async (bench) => {
      const framework = await bench.framework();
      const offer = await framework.offer(roomy);
      const executor = executorOf(framework);
      const tasks = [task(offer, 'fails', 'sleep 1; exit 3'), task(offer, 'stays', 'exec sleep 1000')];
      const [fails = '', stays = ''] = tasks.map(({ task_id }) => task_id.value);
      await framework.accept([offer], [group(executor, tasks)], 0);
      const running = await framework.update(fails, 'TASK_RUNNING');
      assert.equal(running.executor_id?.value, executor.executor_id.value);
      assert.ok(running.container_status?.container_id?.parent, 'it is nested');
      await framework.update(stays, 'TASK_RUNNING');
      const failed = await framework.update(fails, 'TASK_FAILED');
      assert.match(failed.message ?? '', /Command exited with status 3/);
      await framework.update(stays, 'TASK_KILLED');
      const { failure } = await framework.take('FAILURE', (event) => event.failure.executor_id !== undefined);
      assert.equal(failure.executor_id?.value, executor.executor_id.value);
    },
  ),
  scenario(
    'LM-29 LM-42',
    'the kill of one of a group ends all of it; offers name the executor meanwhile',
    async (bench) => {
      const framework = await bench.framework();
      const offer = await framework.offer(roomy);
      const executor = executorOf(framework);
      const tasks = ['one', 'two'].map((name) => task(offer, name, 'exec sleep 1000'));
      const [one = '', two = ''] = tasks.map(({ task_id }) => task_id.value);
      await framework.accept([offer], [group(executor, tasks)], 0);
      await framework.update(one, 'TASK_RUNNING');
      await framework.update(two, 'TASK_RUNNING');
      const id = executor.executor_id.value;
      await framework.offer(({ executor_ids: ids = [] }) => ids.some(({ value }) => value === id));
      await framework.call('KILL', { kill: { task_id: { value: one }, agent_id: offer.agent_id } });
      await framework.update(one, 'TASK_KILLED');
      await framework.update(two, 'TASK_KILLED');
    },
  ),
  scenario('LM-38', 'of a group that is not well made no task runs', async (bench) => {
    const framework = await bench.framework();
    const launchBadly = async (more: Partial<ExecutorInfo>, sentence: RegExp) => {
      const offer = await framework.offer(roomy);
      const tasks = ['a', 'b'].map((name) => task(offer, name, 'true'));
      await framework.accept([offer], [group(executorOf(framework, more), tasks)], 0);
      for (const { task_id } of tasks) {
        const error = await framework.update(task_id.value, 'TASK_ERROR', 'TASK_RUNNING');
        assert.equal(error.reason, 'REASON_TASK_GROUP_INVALID');
        assert.match(error.message ?? '', sentence);
        assert.equal(error.uuid, undefined);
      }
    };
    await launchBadly({ resources: [scalar('cpus', 0.1), scalar('mem', 16)] }, /uses less memory \(16MB\)/);
    await launchBadly({ resources: [scalar('cpus', 0.1), scalar('mem', 32)] }, /uses no disk/);
    await launchBadly({ command: { value: 'true' } }, /must not be set for 'DEFAULT' executor/);
  }),
];
