/** Whatever is posted to an agent's two APIs is a call or is refused: nothing else comes of it. */
import test from 'ava';
import fc from 'fast-check';
import { parseAgentCall } from '../../../src/local-mesos/model/agent-call.ts';
import { parseExecutorCall } from '../../../src/local-mesos/model/executors/executor-call.ts';
import { createDrivenAgent, frameworkInfo, taskInfo } from '../support/agent-model.ts';

const ids = { executor_id: { value: 'e' }, framework_id: { value: 'm-0000' } };
const status = {
  task_id: { value: 'a' },
  state: 'TASK_RUNNING',
  source: 'SOURCE_EXECUTOR',
  uuid: 'AAAAAAAAAAAAAAAAAAAAAA==',
};
const nested = { container_id: { value: 'n', parent: { value: 'p' } }, command: { value: 'true' } };
const calls: readonly object[] = [
  {
    ...ids,
    type: 'SUBSCRIBE',
    subscribe: { unacknowledged_tasks: [taskInfo('a')], unacknowledged_updates: [{ status }] },
  },
  { ...ids, type: 'UPDATE', update: { status } },
  { ...ids, type: 'MESSAGE', message: { data: 'aGk=' } },
  { type: 'GET_CONTAINERS', get_containers: { show_nested: true } },
  { type: 'READ_FILE', read_file: { path: '/x', offset: 0, length: 1 } },
  {
    type: 'LAUNCH_NESTED_CONTAINER',
    launch_nested_container: { ...nested, container: { type: 'MESOS', volumes: [] } },
  },
  { type: 'KILL_CONTAINER', kill_container: { container_id: nested.container_id, signal: 15 } },
];

/** A call of which one member, however deep, is something else. */
const mutants = fc
  .tuple(fc.constantFrom(...calls), fc.nat(), fc.jsonValue({ maxDepth: 3 }))
  .map(([call, index, value]) => {
    const copy = structuredClone(call) as Record<string, unknown>;
    const places = [...placesIn(copy)];
    const [holder, key] = places[index % places.length] ?? [copy, 'type'];
    holder[key] = value;
    return JSON.stringify(copy);
  });

function* placesIn(value: Record<string, unknown>): Generator<[Record<string, unknown>, string]> {
  for (const [key, member] of Object.entries(value)) {
    yield [value, key];
    if (typeof member === 'object' && member !== null) yield* placesIn(member as Record<string, unknown>);
  }
}

test('LM-2 mutants of calls to an agent and its executors are parsed or refused, and no executor upsets its agent', (t) => {
  const driven = createDrivenAgent();
  driven.register();
  const { command: _command, ...task } = taskInfo('a');
  const executor = { ...ids, type: 'CUSTOM' as const, command: { value: 'run' } };
  driven.tell({ type: 'RUN_TASK', framework: frameworkInfo(), task: { ...task, executor: executor as never } });
  const [known] = driven.agent.view().executors;
  if (known !== undefined) driven.started(known.runId);
  fc.assert(
    fc.property(mutants, (text) => {
      parseAgentCall(text);
      const parsed = parseExecutorCall(text);
      if (parsed.kind === 'call') driven.step({ kind: 'executor-call', call: parsed.call });
    }),
    { numRuns: 2_000, includeErrorInReport: true },
  );
  t.pass();
});
