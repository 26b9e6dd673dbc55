/** What DC/OS, Marathon and Mesos say in the environment of a service, beside the options that are ours. */
import { Problem } from '../lib/problem.ts';
import { dcosVariable, secretVariable } from './mesos-client.ts';
import type { SchedulerSettings } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export function readDcosEnvironment(
  environment: Environment,
  { groupRole = false }: { readonly groupRole?: boolean },
): Partial<SchedulerSettings> {
  const given = (name: string): string | undefined => environment[name] || undefined;
  const dcosCredential = given(dcosVariable);
  const plainSecret = given(secretVariable);
  const role = roleOfGroup(environment, groupRole);
  return {
    ...(dcosCredential !== undefined && { dcosCredential }),
    ...(plainSecret !== undefined && { plainSecret }),
    ...(role !== undefined && { role }),
    // Cosmos' word that the service is to end: it asks for the plan `deploy` from then on, until that is complete.
    ...(given('SDK_UNINSTALL') !== undefined && { uninstall: true }),
  };
}

/** Mesos says in whose role a task runs (1.9 and later); where Marathon enforces the group's, everything below it has to use it. */
function roleOfGroup(environment: Environment, wanted: boolean): string | undefined {
  const enforced = environment.MARATHON_APP_ENFORCE_GROUP_ROLE === 'true';
  if (!wanted && !enforced) return undefined;
  const role = environment.MESOS_ALLOCATION_ROLE;
  if (role) return role;
  throw new Problem('USAGE', 'the role of the group is to be used, and Mesos names none (MESOS_ALLOCATION_ROLE)');
}
