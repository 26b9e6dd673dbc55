/**
 * Where what is served: the ports of the clusters' processes, and ours, as `{dns, address, vip}`. Names by DNS exist where
 * somebody keeps them: DC/OS does for every task (`TASK.FRAMEWORK.autoip.dcos.thisdcos.directory`), and virtual addresses
 * for ports that ask for one.
 */
import _ from 'lodash';
import type { Pod } from './pods.ts';

export interface Endpoint {
  readonly dns: readonly string[];
  readonly address: readonly string[];
  readonly vip?: string;
}

export interface EndpointParts {
  readonly frameworkName: string;
  readonly apiUrl: string;
  /** Below which DC/OS names tasks and virtual addresses; none where nobody does. */
  readonly serviceDomain?: string;
}

export function endpointsOf(
  pods: readonly Pod[],
  { frameworkName, apiUrl, serviceDomain }: EndpointParts,
): ReadonlyMap<string, Endpoint> {
  const found = new Map<string, Endpoint>([['api', { dns: [], address: [new URL(apiUrl).host] }]]);
  const ports = pods.flatMap(portsOf);
  for (const [name, same] of Object.entries(_.groupBy(ports, ({ endpoint }) => endpoint))) {
    const address = same.map(({ host, port }) => `${host}:${port}`);
    if (serviceDomain === undefined) {
      found.set(name, { dns: [], address });
      continue;
    }
    const dns = same.map(({ task, port }) => dnsName(task, frameworkName, `autoip.dcos.${serviceDomain}`, port));
    const vip = same.map((each) => each.vip).find((each) => each !== undefined);
    found.set(name, { dns, address, ...(vip !== undefined && { vip: vipName(vip, frameworkName, serviceDomain) }) });
  }
  return found;
}

function portsOf({ cluster, part, task }: Pod) {
  if (task?.life.phase !== 'launched') return [];
  const { hostname: host, ports } = task.life.placement;
  const { name } = task.spec;
  return Object.entries(ports).map(([port, number]) => ({
    endpoint: part === 'jobmanager' ? `${cluster}-${port}` : `${cluster}-${part}-${port}`,
    host,
    port: number,
    task: name,
    vip: task.spec.vips?.[port],
  }));
}

/** As DC/OS makes labels of names: lower case, other characters as dashes, no slashes in the framework's. */
function dnsName(task: string, framework: string, domain: string, port: number): string {
  return `${dnsLabel(task)}.${dnsLabel(framework.replaceAll('/', ''))}.${domain}:${port}`;
}

/** `/NAME:PORT` as it is written in a label. */
function vipName(vip: string, framework: string, domain: string): string {
  const [name = '', port = ''] = vip.replace(/^\//, '').split(':');
  return `${name}.${framework.replaceAll('/', '')}.l4lb.${domain}:${port}`;
}

function dnsLabel(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
