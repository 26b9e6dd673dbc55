/**
 * Whether an executor may be started with a task or a group; the first fault wins (src/master/validation.cpp of Mesos,
 * whose sentences these are). What it needs beyond what the offers have left is judged with its tasks.
 */
import _ from 'lodash';
import { toThousandths } from '../../../lib/thousandths.ts';
import type { ExecutorInfo, Resource } from '../../../mesos-api-client/protocol/mesos.ts';
import { scalarSum } from '../../../mesos-api-client/protocol/resources.ts';
import { commandFault, containerFault } from '../command-validation.ts';
import { idFault } from '../ids.ts';
import type { Agent, Framework } from '../master-state.ts';
import { describeResources, internalForm } from '../resource-forms.ts';
import { resourceFault } from '../resource-validation.ts';
import { executorText } from '../text-format.ts';
import { executorOn } from './master-executors.ts';

const leastCpus = 0.01;
const leastMemMiB = 32;

/** Of a task that brings its executor: a program of its own. */
export function customExecutorFault(info: ExecutorInfo, framework: Framework, agent: Agent): string | undefined {
  const shared = (info.resources ?? []).filter((each) => each.shared !== undefined);
  return (
    executorFault(info, framework, agent) ??
    (info.type === 'DEFAULT' ? "'ExecutorInfo.type' must be 'CUSTOM'" : undefined) ??
    (info.command === undefined ? "'ExecutorInfo.command' must be set" : undefined) ??
    (shared.length === 0
      ? undefined
      : `Executor resources ${describeResources(shared)} should not contain any shared resources`)
  );
}

/** Of a group, whose executor must say what it is and hold a little of everything. */
export function groupExecutorFault(info: ExecutorInfo, framework: Framework, agent: Agent): string | undefined {
  const fault = executorFault(info, framework, agent);
  if (fault !== undefined) {
    return fault;
  }
  if (info.type === undefined || info.type === 'UNKNOWN') {
    return info.type === undefined ? "'ExecutorInfo.type' must be set" : 'Unknown executor type';
  }
  return leastFault(info.executor_id.value, info.resources ?? []);
}

function leastFault(id: string, resources: readonly Resource[]): string | undefined {
  const has = (name: string) => resources.some((each) => each.name === name);
  const said = (name: string, unit = '') =>
    has(name) ? `${scalarSum(resources, name) / toThousandths(1)}${unit}` : 'None';
  if (scalarSum(resources, 'cpus') < toThousandths(leastCpus)) {
    return `Executor '${id}' uses less CPUs (${said('cpus')}) than the minimum required (${leastCpus})`;
  }
  if (scalarSum(resources, 'mem') < toThousandths(leastMemMiB)) {
    return `Executor '${id}' uses less memory (${said('mem', 'MB')}) than the minimum required (${leastMemMiB}MB)`;
  }
  return has('disk') ? undefined : `Executor '${id}' uses no disk`;
}

function executorFault(info: ExecutorInfo, framework: Framework, agent: Agent): string | undefined {
  return (
    typeFault(info) ??
    idFault(info.executor_id.value) ??
    (Number(info.shutdown_grace_period?.nanoseconds ?? 0) < 0
      ? "ExecutorInfo's 'shutdown_grace_period' must be non-negative"
      : undefined) ??
    commandFault(info.command, "Executor's") ??
    containerFault(info.container, ' of executors') ??
    ownerFault(info, framework) ??
    resourcesFault(info) ??
    sameFault(info, framework, agent)
  );
}

function typeFault({ type, command, container }: ExecutorInfo): string | undefined {
  if (type === 'CUSTOM') {
    return command === undefined ? "'ExecutorInfo.command' must be set for 'CUSTOM' executor" : undefined;
  }
  if (type !== 'DEFAULT') {
    return undefined;
  }
  if (command !== undefined) {
    return "'ExecutorInfo.command' must not be set for 'DEFAULT' executor";
  }
  if (container !== undefined && container.type !== 'MESOS') {
    return "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor";
  }
  return container?.mesos?.image === undefined
    ? undefined
    : "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor";
}

function ownerFault({ framework_id }: ExecutorInfo, framework: Framework): string | undefined {
  if (framework_id === undefined) {
    return "'ExecutorInfo.framework_id' must be set";
  }
  return framework_id.value === framework.id
    ? undefined
    : `ExecutorInfo has an invalid FrameworkID (Actual: ${framework_id.value} vs Expected: ${framework.id})`;
}

function resourcesFault({ resources = [] }: ExecutorInfo): string | undefined {
  const fault = resourceFault(resources);
  return fault === undefined ? undefined : `Executor uses invalid resources: ${fault}`;
}

/** Several tasks may share one executor, if all of them describe it alike. */
function sameFault(info: ExecutorInfo, framework: Framework, agent: Agent): string | undefined {
  const existing = executorOn(agent, framework, info.executor_id.value)?.info;
  if (existing === undefined || _.isEqual(comparable(existing), comparable(info))) {
    return undefined;
  }
  const line = '-'.repeat(60);
  return [
    'ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.',
    line,
    'Existing ExecutorInfo:',
    executorText(existing),
    line,
    'ExecutorInfo:',
    executorText(info),
    line,
    '',
  ].join('\n');
}

function comparable({ resources, ...rest }: ExecutorInfo) {
  return { ...rest, resources: internalForm(resources) };
}
