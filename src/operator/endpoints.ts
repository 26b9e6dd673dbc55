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
  /** Below which tasks have names; none where nobody keeps them. */
  readonly dnsDomain?: string;
}

export function endpointsOf(
  pods: readonly Pod[],
  { frameworkName, apiUrl, dnsDomain }: EndpointParts,
): ReadonlyMap<string, Endpoint> {
  const found = new Map<string, Endpoint>([['api', { dns: [], address: [new URL(apiUrl).host] }]]);
  const ports = pods.flatMap(portsOf);
  for (const [name, same] of Object.entries(_.groupBy(ports, ({ endpoint }) => endpoint))) {
    found.set(name, {
      dns: dnsDomain === undefined ? [] : same.map(({ task, port }) => dnsName(task, frameworkName, dnsDomain, port)),
      address: same.map(({ host, port }) => `${host}:${port}`),
    });
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
  }));
}

/** As DC/OS makes labels of names: lower case, other characters as dashes, no slashes in the framework's. */
export function dnsName(task: string, framework: string, domain: string, port: number): string {
  return `${dnsLabel(task)}.${dnsLabel(framework.replaceAll('/', ''))}.${domain}:${port}`;
}

function dnsLabel(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
