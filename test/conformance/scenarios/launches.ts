/** Command tasks: their updates, how they end, and what they find in their environment. */
import assert from 'node:assert/strict';
import type { TaskStatus } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { Framework } from '../framework.ts';
import { ask } from '../http.ts';
import { type Scenario, scenario } from '../scenario.ts';
import { freshId, run } from '../tasks.ts';

const ended = ['TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED'];

async function end(framework: Framework, command: string): Promise<TaskStatus> {
  const { id } = await run(framework, 'end', command);
  return framework.update(id, ...ended);
}

function assertOfExecutor(status: TaskStatus, id: string): void {
  assert.equal(status.source, 'SOURCE_EXECUTOR');
  assert.equal(status.executor_id?.value, id);
  assert.equal(Buffer.from(status.uuid ?? '', 'base64').length, 16);
  assert.match(JSON.stringify(status.container_status), /"ip_address":"[\d.:a-f]+"/);
}

export const launches: readonly Scenario[] = [
  scenario(
    'LM-29',
    'a command task is STARTING, then RUNNING, with uuids, its executor and its address',
    async (bench) => {
      const framework = await bench.framework();
      const { id, offer } = await run(framework, 'plain', 'exec sleep 1000');
      const starting = await framework.update(id, 'TASK_STARTING', 'TASK_RUNNING');
      assert.equal(starting.state, 'TASK_STARTING');
      const running = await framework.update(id, 'TASK_RUNNING');
      for (const status of [starting, running]) {
        assertOfExecutor(status, id);
        assert.equal(status.agent_id?.value, offer.agent_id.value);
      }
      assert.notEqual(starting.uuid, running.uuid);
    },
  ),
  scenario(
    'LM-33',
    'exit 0, exit 1 and a signal end as FINISHED, FAILED and FAILED, and the message tells',
    async (bench) => {
      const framework = await bench.framework();
      const finished = await end(framework, 'exit 0');
      assert.equal(finished.state, 'TASK_FINISHED');
      assert.equal(finished.message, 'Command exited with status 0');
      const failed = await end(framework, 'exit 1');
      assert.equal(failed.state, 'TASK_FAILED');
      assert.equal(failed.message, 'Command exited with status 1');
      const signalled = await end(framework, 'kill -SEGV $$');
      assert.equal(signalled.state, 'TASK_FAILED');
      assert.match(signalled.message ?? '', /^Command terminated with signal Segmentation fault/);
    },
  ),
  scenario('LM-68', 'a task runs in its sandbox, with MESOS_ variables and its own over them', async (bench) => {
    const framework = await bench.framework();
    const secret = freshId('secret');
    const variables = [
      { name: 'OURS', value: secret },
      { name: 'MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD', value: 'overridden' },
    ];
    const tests = [
      '[ "$(pwd -P)" = "$(cd "$MESOS_SANDBOX" && pwd -P)" ]',
      `[ "$MESOS_FRAMEWORK_ID" = "${framework.id}" ]`,
      '[ -n "$MESOS_EXECUTOR_ID" ] && [ -n "$MESOS_SLAVE_ID" ] && [ -n "$MESOS_SLAVE_PID" ]',
      '[ -n "$MESOS_AGENT_ENDPOINT" ] && [ -n "$MESOS_DIRECTORY" ] && [ "$MESOS_CHECKPOINT" = 1 ]',
      `[ "$OURS" = "${secret}" ]`,
      '[ "$MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD" = overridden ]',
    ];
    const numbered = tests.map((test, index) => `${test} || exit ${index + 1}`).join('; ');
    const { id } = await run(framework, 'environment', '', {
      command: { value: `${numbered}; exit 0`, environment: { variables } },
    });
    const status = await framework.update(id, ...ended);
    assert.equal(status.message, 'Command exited with status 0', 'the status is the number of the test that failed');
    const state = await ask(bench.master, { method: 'GET', path: '/state', headers: {} });
    assert.ok(!state.text.includes(secret), 'GET /state shows a variable of a task');
  }),
  scenario('LM-69', 'shell false: arguments are the whole argv', async (bench) => {
    const framework = await bench.framework();
    const script = 'case "$0 $1" in "argv-zero one two") exit 7;; esac; exit 8';
    const { id } = await run(framework, 'argv', '', {
      command: { shell: false, value: '/bin/sh', arguments: ['sh', '-c', script, 'argv-zero', 'one two'] },
    });
    const status = await framework.update(id, ...ended);
    assert.equal(status.message, 'Command exited with status 7');
  }),
];
