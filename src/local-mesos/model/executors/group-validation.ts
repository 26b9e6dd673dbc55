/**
 * Whether a group of tasks may be launched together on what is left of the offers: each of its tasks, then the executor,
 * then the sum of all of them (src/master/validation.cpp of Mesos, whose sentences these are).
 */
import _ from 'lodash';
import type { ExecutorInfo, TaskInfo } from '../../../mesos-api-client/protocol/mesos.ts';
import { contains } from '../../../mesos-api-client/protocol/resources.ts';
import { describeResources, internalForm } from '../resource-forms.ts';
import { type LaunchContext, memberFault, neededByExecutor } from '../task-validation.ts';
import { groupExecutorFault } from './executor-validation.ts';

export function groupFault(
  tasks: readonly TaskInfo[],
  executor: ExecutorInfo,
  context: LaunchContext,
): string | undefined {
  const { framework, agent, role, remaining } = context;
  for (const task of tasks) {
    const fault = memberFault(task, context);
    if (fault !== undefined) {
      return `Task '${task.task_id.value}' is invalid: ${fault}`;
    }
  }
  const ids = tasks.map(({ task_id }) => task_id.value);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    return `Task '${twice}' is invalid: Task has duplicate ID: ${twice}`;
  }
  const other = tasks.find((task) => task.executor !== undefined && !_.isEqual(task.executor, executor));
  const fault =
    groupExecutorFault(executor, framework, agent) ??
    (other === undefined
      ? undefined
      : `The \`ExecutorInfo\` of task '${other.task_id.value}' is different from executor '${executor.executor_id.value}'`);
  if (fault !== undefined) {
    return fault;
  }
  const wanted = internalForm([
    ...neededByExecutor(executor, context),
    ...tasks.flatMap((task) => task.resources ?? []),
  ]);
  return contains(remaining, wanted)
    ? undefined
    : `Total resources ${describeResources(wanted, role)} required by task group and its executor are more than available ${describeResources(remaining, role)}`;
}
