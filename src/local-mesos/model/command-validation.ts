/** Whether a command may be run, and a container made for it (src/common/validation.cpp of Mesos, whose sentences these are). */
import type { Volume } from '../../mesos-api-client/protocol/containers.ts';
import type { CommandInfo, ContainerInfo, EnvironmentVariable } from '../../mesos-api-client/protocol/mesos.ts';

/**
 * A Mesos container that asks for nothing, or for secrets as files, is how tasks run anyway. Undefined if it is such a one.
 */
export function containerFault(container: ContainerInfo | undefined, what: string): string | undefined {
  if (container === undefined) {
    return undefined;
  }
  const { type, hostname: _hostname, mesos, volumes = [], ...rest } = container;
  const asked = Object.values(rest).some((value) => !(Array.isArray(value) && value.length === 0));
  const foreign = volumes.some(({ source }) => source?.type !== 'SECRET');
  if (type !== 'MESOS' || asked || foreign || Object.keys(mesos ?? {}).length > 0) {
    return `Container images, volumes and networks${what} are not built into the embedded master`;
  }
  return volumes.map(secretVolumeFault).find((fault) => fault !== undefined);
}

/** There is no resolver of references here, as in a Mesos without such a module. */
function secretVolumeFault({ container_path: path, source }: Volume): string | undefined {
  if (source?.secret?.value === undefined) {
    return `Volume '${path}' specifies an invalid secret: Secret must have the 'value' field set`;
  }
  return path.startsWith('/') || path.split('/').some((part) => part === '..' || part === '.' || part === '')
    ? `Volume '${path}' with a secret must lie in the sandbox`
    : undefined;
}

/** `whose`: "Task's" or "Executor's". */
export function commandFault(command: CommandInfo | undefined, whose: string): string | undefined {
  const fault = variablesFault(command);
  return fault && `${whose} \`CommandInfo\` is invalid: ${fault}`;
}

export function variablesFault(command: CommandInfo | undefined): string | undefined {
  const variables = command?.environment?.variables ?? [];
  return variables.map(variableFault).find((each) => each !== undefined);
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
