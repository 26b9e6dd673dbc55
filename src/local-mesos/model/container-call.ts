/**
 * The calls by which executors run containers nested in their own (LAUNCH_, WAIT_, KILL_ and REMOVE_NESTED_CONTAINER, and
 * the newer names without NESTED): their members, and the sentences of an agent about bad ones (src/slave/validation.cpp
 * of Mesos). Containers that stand alone are not built.
 */
import type { ContainerId } from '../../mesos-api-client/protocol/containers.ts';
import type { CommandInfo, ContainerInfo } from '../../mesos-api-client/protocol/mesos.ts';
import { containerFault, variablesFault } from './command-validation.ts';
import { idFault } from './ids.ts';
import type { Message } from './wire.ts';
import { command, container, message, repeated, required, resource } from './wire-messages.ts';

const verbs = ['launch', 'wait', 'kill', 'remove'] as const;

export interface ContainerCall {
  readonly verb: (typeof verbs)[number];
  /** As it was called: the answer bears that name. */
  readonly type: string;
  readonly id: NestedId;
  readonly command?: CommandInfo;
  readonly container?: ContainerInfo;
  readonly signal?: number;
}

export interface NestedId {
  readonly value: string;
  readonly parent: ContainerId;
}

/** Deeper ones than these nobody nests. */
const containerId = message({
  value: required('string'),
  parent: message({ value: required('string'), parent: message({ value: required('string') }) }),
});

const members: Readonly<Record<ContainerCall['verb'], Message>> = {
  launch: { command, container, resources: repeated(resource), limits: 'json' },
  wait: {},
  kill: { signal: 'int' },
  remove: {},
};

const names = verbs.flatMap((verb) =>
  [`${verb}_nested_container`, `${verb}_container`].map((name) => ({ verb, name })),
);

/** Under the calls' lower-case names. */
export const containerBodies: Message = Object.fromEntries(
  names.map(({ verb, name }) => [name, message({ container_id: required(containerId), ...members[verb] })]),
);

/** Undefined if the type is none of them. */
export function containerCallOf(call: Readonly<Record<string, unknown>>): ContainerCall | string | undefined {
  const known = names.find(({ name }) => name.toUpperCase() === call.type);
  if (known === undefined) return undefined;
  const { name, verb } = known;
  const body = call[name] as { container_id: ContainerId } & Omit<ContainerCall, 'verb' | 'type' | 'id'>;
  const { container_id: id, ...rest } = body;
  const fault = idFaultOf(id);
  if (fault !== undefined) return `'${name}.container_id' is invalid: ${fault}`;
  const { value, parent } = id;
  if (parent === undefined) return `Expecting '${name}.container_id.parent' to be present`;
  const unfit = variablesFault(rest.command);
  if (unfit !== undefined) return `'${name}.command' is invalid: ${unfit}`;
  return { verb, type: name.toUpperCase(), id: { value, parent }, ...rest };
}

function idFaultOf({ value, parent }: ContainerId): string | undefined {
  const fault = idFault(value);
  if (fault !== undefined) return fault;
  if (/[. ]/.test(value)) return `'ContainerID.value' '${value}' contains invalid characters`;
  const above = parent === undefined ? undefined : idFaultOf(parent);
  return above && `'ContainerID.parent' is invalid: ${above}`;
}

/** Of containers that ask for more than a process there are none. */
export function isSupported({ container }: ContainerCall): boolean {
  return containerFault(container, '') === undefined && (container?.volumes ?? []).length === 0;
}
