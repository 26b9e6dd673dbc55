/**
 * The event stream of operators (SUBSCRIBE of POST /api/v1, LM-71): a snapshot, then what becomes of tasks, agents and
 * frameworks. What it never tells, as recorded: agents that become unreachable, frameworks that lose their scheduler,
 * tasks that were refused. Nothing is built for nobody.
 */
import type { FrameworkInfo, TaskStatus } from '../../mesos-api-client/protocol/mesos.ts';
import type { MasterEvent } from '../../mesos-api-client/protocol/operator.ts';
import type { StreamId } from './master-io.ts';
import type { Agent, Framework, MasterState, Task } from './master-state.ts';
import { clearTimer, setTimer } from './master-state.ts';
import { describeFramework, viewAgent, viewState, viewTask } from './operator-view.ts';

/** More of them push the oldest out (--max_operator_event_stream_subscribers). */
const maxStreams = 1000;

export function subscribeOperator(master: MasterState, stream: StreamId): void {
  const [oldest] = master.operatorStreams;
  if (master.operatorStreams.size >= maxStreams && oldest !== undefined) {
    unsubscribeOperator(master, oldest);
    master.effects.push({ kind: 'close-stream', stream: oldest });
  }
  master.operatorStreams.add(stream);
  const heartbeat_interval_seconds = master.options.heartbeatMs / 1000;
  const get_state = viewState(master);
  send(master, stream, { type: 'SUBSCRIBED', subscribed: { get_state, heartbeat_interval_seconds } });
  beatForOperator(master, stream);
}

export function beatForOperator(master: MasterState, stream: StreamId): void {
  if (master.operatorStreams.has(stream)) {
    send(master, stream, { type: 'HEARTBEAT' });
    setTimer(master, `operator ${stream}`, master.options.heartbeatMs);
  }
}

/** True if it was one of an operator. */
export function unsubscribeOperator(master: MasterState, stream: StreamId): boolean {
  const known = master.operatorStreams.delete(stream);
  if (known) {
    clearTimer(master, `operator ${stream}`);
  }
  return known;
}

export function tellTaskAdded(master: MasterState, task: Task): void {
  tell(master, () => ({ type: 'TASK_ADDED', task_added: { task: viewTask(task) } }));
}

/** Its state may be newer than that of the status. */
export function tellTaskUpdated(master: MasterState, task: Task, status: TaskStatus): void {
  const framework_id = { value: task.frameworkId };
  tell(master, () => ({ type: 'TASK_UPDATED', task_updated: { framework_id, status, state: task.state } }));
}

export function tellAgentAdded(master: MasterState, agent: Agent): void {
  tell(master, () => ({ type: 'AGENT_ADDED', agent_added: { agent: viewAgent(master, agent) } }));
}

export function tellAgentRemoved(master: MasterState, agent: Agent): void {
  tell(master, () => ({ type: 'AGENT_REMOVED', agent_removed: { agent_id: { value: agent.id } } }));
}

export function tellFrameworkAdded(master: MasterState, framework: Framework): void {
  tell(master, () => ({ type: 'FRAMEWORK_ADDED', framework_added: { framework: describeFramework(framework) } }));
}

export function tellFrameworkUpdated(master: MasterState, framework: Framework): void {
  tell(master, () => ({ type: 'FRAMEWORK_UPDATED', framework_updated: { framework: describeFramework(framework) } }));
}

export function tellFrameworkRemoved(master: MasterState, framework_info: FrameworkInfo): void {
  tell(master, () => ({ type: 'FRAMEWORK_REMOVED', framework_removed: { framework_info } }));
}

function tell(master: MasterState, event: () => MasterEvent): void {
  if (master.operatorStreams.size === 0) {
    return;
  }
  const told = event();
  for (const stream of master.operatorStreams) {
    send(master, stream, told);
  }
}

function send(master: MasterState, stream: StreamId, event: MasterEvent): void {
  master.effects.push({ kind: 'send-to-operator', stream, event });
}
