/** What a Mesos master still knows of frameworks and reservations. */
import { eventually } from './process.ts';

interface MasterState {
  readonly frameworks: readonly unknown[];
  readonly completed_frameworks: readonly { readonly name: string }[];
}

/** Once none is registered: one whose stream has ended is there until the master has noticed. */
export function noFrameworks(masterUrl: string): Promise<MasterState> {
  return eventually('no framework', async () => {
    const state = (await (await fetch(`${masterUrl}/master/state`)).json()) as MasterState;
    return state.frameworks.length === 0 && state;
  });
}

/** Of each agent those that it has, in their order. */
export async function reservedRoles(masterUrl: string): Promise<string[]> {
  const { slaves } = (await (await fetch(`${masterUrl}/slaves`)).json()) as {
    slaves: readonly { readonly reserved_resources: object }[];
  };
  return slaves.flatMap((slave) => Object.keys(slave.reserved_resources)).sort();
}
