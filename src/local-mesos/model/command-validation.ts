/** Whether a command may be run, and a container made for it (src/common/validation.cpp of Mesos, whose sentences these are). */
import type { CommandInfo, ContainerInfo, EnvironmentVariable } from '../../mesos-api-client/protocol/mesos.ts';

/** A Mesos container that asks for nothing is how a command task runs anyway. */
export function isBareContainer({ type, hostname: _hostname, mesos, ...rest }: ContainerInfo): boolean {
  const asked = Object.values(rest).some((value) => !(Array.isArray(value) && value.length === 0));
  return type === 'MESOS' && !asked && Object.keys(mesos ?? {}).length === 0;
}

/** `whose`: "Task's" or "Executor's". */
export function commandFault(command: CommandInfo | undefined, whose: string): string | undefined {
  const variables = command?.environment?.variables ?? [];
  const fault = variables.map(variableFault).find((each) => each !== undefined);
  return fault && `${whose} \`CommandInfo\` is invalid: ${fault}`;
}

/** There is no resolver of references here, as in a Mesos without such a module. */
function variableFault({ name, type, value, secret }: EnvironmentVariable): string | undefined {
  if (type !== 'SECRET') {
    return value === undefined
      ? `Environment variable '${name}' of type 'VALUE' must have a value set`
      : secret && `Environment variable '${name}' of type 'VALUE' must not have a secret set`;
  }
  if (value !== undefined) {
    return `Environment variable '${name}' of type 'SECRET' must not have a value set`;
  }
  if (secret === undefined) {
    return `Environment variable '${name}' of type 'SECRET' must have a secret set`;
  }
  return secret.value === undefined
    ? `Environment variable '${name}' specifies an invalid secret: Secret must have the 'value' field set`
    : undefined;
}
