/** What a Mesos master still knows of frameworks and reservations. */
export interface MasterState {
  readonly frameworks: readonly { readonly name: string; readonly tasks: readonly unknown[] }[];
  readonly completed_frameworks: readonly { readonly name: string }[];
}

export async function masterState(masterUrl: string): Promise<MasterState> {
  return (await (await fetch(`${masterUrl}/master/state`)).json()) as MasterState;
}

/** Each once, in their order. */
export async function reservedRoles(masterUrl: string): Promise<string[]> {
  const { slaves } = (await (await fetch(`${masterUrl}/slaves`)).json()) as {
    slaves: readonly { readonly reserved_resources: object }[];
  };
  return [...new Set(slaves.flatMap((slave) => Object.keys(slave.reserved_resources)))].sort();
}
