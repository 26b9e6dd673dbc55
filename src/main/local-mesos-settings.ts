/** What `flink-mesos local-mesos` is told about its agents and roles, in the forms of Mesos' own flags. */
import { Problem } from '../lib/problem.ts';
import type { AgentSpec } from '../local-mesos/index.ts';
import { parseResources } from '../local-mesos/server/resource-text.ts';
import type { Domain } from '../mesos-api-client/protocol/mesos.ts';
import type { QuotaConfig, WeightInfo } from '../mesos-api-client/protocol/operator-messages.ts';

export interface AgentTexts {
  readonly resources?: readonly string[];
  readonly attributes?: readonly string[];
  readonly domain?: readonly string[];
}

/** Of each option the first is for the first agent, and so on; then from the first again. */
export function agentSpecs(count: number, { resources = [], attributes = [], domain = [] }: AgentTexts): AgentSpec[] {
  const domains = domain.map(parseDomain);
  return Array.from({ length: count }, (_none, index) => {
    const turn = <Item>(items: readonly Item[]) => items[index % items.length];
    const [has, is, stands] = [turn(resources), turn(attributes), turn(domains)];
    return {
      ...(has === undefined ? {} : { resources: parseResources(has) }),
      ...(is === undefined ? {} : { attributes: is }),
      ...(stands === undefined ? {} : { domain: stands }),
    };
  });
}

export interface RoleTexts {
  readonly weights?: string;
  readonly quota?: readonly string[];
}

export function roleSetup({ weights, quota = [] }: RoleTexts): { weights?: WeightInfo[]; quotas?: QuotaConfig[] } {
  return {
    ...(weights === undefined ? {} : { weights: weights.split(',').map(parseWeight) }),
    ...(quota.length === 0 ? {} : { quotas: quota.map(parseQuota) }),
  };
}

function parseDomain(text: string): Domain {
  const [region = '', zone = '', ...more] = text.split('/');
  if (region === '' || zone === '' || more.length > 0)
    throw new Problem('USAGE', `--domain ${text}: expected REGION/ZONE, for example eu/eu-1`);
  return { fault_domain: { region: { name: region }, zone: { name: zone } } };
}

function parseWeight(text: string): WeightInfo {
  const [role = '', number = ''] = text.trim().split('=');
  if (role === '' || !/^\d+(\.\d+)?$/.test(number))
    throw new Problem('USAGE', `--weights ${text}: expected ROLE=NUMBER, for example web=2`);
  return { role, weight: Number(number) };
}

function parseQuota(text: string): QuotaConfig {
  const equals = text.indexOf('=');
  const role = text.slice(0, Math.max(0, equals));
  if (role === '')
    throw new Problem('USAGE', `--quota ${text}: expected ROLE=RESOURCES, for example web=cpus:4;mem:4096`);
  const limits = parseResources(text.slice(equals + 1)).map(({ name, scalar }) => {
    if (scalar === undefined) throw new Problem('USAGE', `--quota ${text}: ${name} is not limited by a number`);
    return [name, scalar] as const;
  });
  return { role, limits: Object.fromEntries(limits) };
}
