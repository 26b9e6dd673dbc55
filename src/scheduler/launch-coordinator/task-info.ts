/**
 * One task as the master wants it: the resources exactly as they were cut out of the offers, the command for `sh -c`
 * with what is known of the placement in its environment, and its ports for service discovery (Mesos-DNS, DC/OS).
 */
import _ from 'lodash';
import type { EnvironmentVariable, Labels, Resource, TaskInfo } from '../../mesos-api-client/protocol/mesos.ts';
import { portVariable, setVariable } from '../model/port-variable.ts';
import type { Placement, TaskSpec } from '../model/task.ts';

const nanosecondsPerMs = 1_000_000;

export function taskInfo(
  spec: TaskSpec,
  { agentId, hostname, ports, sets }: Pick<Placement, 'agentId' | 'hostname' | 'ports' | 'sets'>,
  resources: readonly Resource[],
): TaskInfo {
  const { process } = spec;
  const environment = {
    ...process.environment,
    HOST: hostname,
    TASK_ID: spec.taskId,
    ..._.mapKeys(_.mapValues(ports, String), (_port, name) => portVariable(name)),
    ..._.mapKeys(_.mapValues(sets, String), (_set, name) => setVariable(name)),
  };
  return {
    name: spec.name,
    task_id: { value: spec.taskId },
    agent_id: { value: agentId },
    resources: [...resources],
    command: {
      shell: true,
      value: process.command,
      environment: { variables: Object.entries(environment).map(variable) },
      uris: [...process.uris],
      ...(process.user === undefined ? {} : { user: process.user }),
    },
    ...(process.container && { container: process.container }),
    kill_policy: { grace_period: { nanoseconds: Math.round(process.killGraceMs) * nanosecondsPerMs } },
    labels: { labels: Object.entries(process.labels).map(([key, value]) => ({ key, value })) },
    discovery: {
      visibility: 'CLUSTER',
      name: spec.name,
      ports: {
        ports: Object.entries(ports).map(([name, number]) => ({
          number,
          name,
          protocol: 'tcp',
          visibility: 'CLUSTER',
          ...vipLabel(spec.vips?.[name]),
        })),
      },
    },
  };
}

/** As DC/OS' layer 4 load balancer reads it: any label that begins with VIP. */
function vipLabel(vip: string | undefined): { readonly labels?: Labels } {
  return vip === undefined ? {} : { labels: { labels: [{ key: 'VIP_0', value: vip }] } };
}

function variable([name, value]: [string, string]): EnvironmentVariable {
  return { name, type: 'VALUE', value };
}
