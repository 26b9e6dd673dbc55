/**
 * Containers that executors nest in their own by the agent's API: a process each, in `containers/ID` of the parent's sandbox.
 * They end with their parent, whose name their processes carry. An agent that was restarted knows of none (those of Mesos
 * do): they run on as part of their parent.
 */
import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessEnd, RunId } from '../model/agent-io.ts';
import { waitStatusOf } from '../model/agent-status.ts';
import { type ContainerCall, isSupported, type NestedId } from '../model/container-call.ts';
import type { Fetcher } from './fetcher.ts';
import { type Run, startRun } from './process-run.ts';
import { killTree, send, treesOf } from './process-tree.ts';
import { createSandbox } from './sandbox.ts';
import { commandLine, commandVariables } from './sandbox-environment.ts';

export interface Parent {
  readonly sandbox: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
}

export interface NestedParts {
  readonly fetcher: Fetcher;
  readonly statusDir: string;
  /** Of a container that runs; undefined for one that does not. */
  readonly parentOf: (runId: RunId) => Parent | undefined;
}

export interface Outcome {
  readonly status: number;
  readonly text?: string;
  readonly json?: unknown;
}

export interface NestedContainers {
  take(call: ContainerCall): Promise<Outcome>;
  /**
   * Their parent has ended: so do they, and what was known of them goes too, as in Mesos
   * (src/slave/containerizer/mesos/containerizer.cpp, `______destroy`).
   */
  endWith(parent: RunId): void;
  /** Looks no longer. */
  leaveAll(): void;
}

interface Nested {
  readonly parent: RunId;
  readonly sandbox: string;
  readonly starting: Promise<Run>;
  readonly end: Promise<ProcessEnd>;
  isOver: boolean;
}

/** Of one executor and all others: whoever wants more of them at once removes some. */
const most = 1_000;
const killed = 9;
const lookAgainMs = 10;

export function createNestedContainers(parts: NestedParts): NestedContainers {
  const all = new Map<string, Nested>();
  async function launch(call: ContainerCall): Promise<Outcome> {
    const { id } = call;
    if (all.has(nameOf(id))) return { status: 202 };
    const parent = parts.parentOf(parentId(id));
    if (parent === undefined) return { status: 400, text: `Parent container ${id.parent.value} does not exist` };
    if (!isSupported(call)) return { status: 400, text: 'The provided ContainerInfo is not supported' };
    if (all.size >= most) return { status: 400, text: `There are ${most} nested containers already` };
    const nested = start(parts, call, parent);
    all.set(nameOf(id), nested);
    try {
      await nested.starting;
      return { status: 200 };
    } catch (error) {
      all.delete(nameOf(id));
      return { status: 400, text: error instanceof Error ? error.message : String(error) };
    }
  }
  async function remove({ id }: ContainerCall, { sandbox, isOver }: Nested): Promise<Outcome> {
    if (!isOver) return { status: 500, text: 'Nested container has not terminated yet' };
    all.delete(nameOf(id));
    await rm(sandbox, { recursive: true, force: true });
    return { status: 200 };
  }
  return {
    async take(call) {
      if (call.verb === 'launch') return launch(call);
      const nested = all.get(nameOf(call.id));
      if (nested === undefined) return missing(call, parts);
      switch (call.verb) {
        case 'wait': {
          const status = waitStatusOf(await nested.end);
          const payload = status < 0 ? {} : { exit_status: status };
          return { status: 200, json: { type: call.type, [call.type.toLowerCase()]: payload } };
        }
        case 'kill':
          if (nested.isOver) return missing(call, parts);
          await kill(nested, call.signal);
          return { status: 200 };
        case 'remove':
          return remove(call, nested);
      }
    },
    endWith(parent) {
      for (const [name, nested] of all) {
        if (nested.parent !== parent) continue;
        all.delete(name);
        // Whoever launched one that does not start is told.
        if (!nested.isOver) kill(nested).catch(() => undefined);
      }
    },
    leaveAll() {
      for (const { starting } of all.values()) starting.then((run) => run.leave()).catch(() => undefined);
    },
  };
}

async function kill(nested: Nested, signal = killed): Promise<void> {
  const root = { process: (await nested.starting).process, sandbox: nested.sandbox };
  if (signal === killed) {
    await killTree(root);
    return;
  }
  // The shim is deaf to most signals: before it has started the command, nobody would hear.
  while (!nested.isOver) {
    const [members = []] = treesOf([root]);
    if (members.filter((pid) => send(pid, signal)).length > 0) return;
    await sleep(lookAgainMs);
  }
}

function start({ fetcher, statusDir }: NestedParts, { id, command }: ContainerCall, parent: Parent): Nested {
  const sandbox = join(parent.sandbox, 'containers', id.value);
  const statusFile = join(statusDir, `${nameOf(id)}.status`);
  const starting = (async () => {
    if (command === undefined) throw new Error('only what has a command can run here');
    await createSandbox({ path: sandbox });
    const uris = command.uris ?? [];
    const user = command.user ?? parent.user;
    const signal = new AbortController().signal;
    await fetcher.fetch({ uris, sandbox, user, runId: parentId(id), signal });
    const environment = { ...parent.environment, MESOS_SANDBOX: sandbox, ...commandVariables(command) };
    return startRun({ sandbox, statusFile, environment, command: commandLine(command) });
  })();
  const end = starting.then((run) => run.end).finally(() => rmSync(statusFile, { force: true }));
  const nested: Nested = { parent: parentId(id), sandbox, starting, end, isOver: false };
  end.then(
    () => {
      nested.isOver = true;
    },
    // Whoever launched it is told.
    () => undefined,
  );
  return nested;
}

function missing({ verb, id }: ContainerCall, parts: NestedParts): Outcome {
  const name = nameOf(id);
  if (verb === 'remove') {
    const isKnown = parts.parentOf(parentId(id)) !== undefined;
    return isKnown ? { status: 200 } : { status: 500, text: 'Unknown root container' };
  }
  const text =
    verb === 'kill'
      ? `Container '${name}' cannot be found (or is already killed)`
      : `Container ${name} cannot be found`;
  return { status: 404, text };
}

function parentId({ parent }: NestedId): RunId {
  return parent.value as RunId;
}

/** As Mesos writes it. */
function nameOf({ value, parent }: NestedId): string {
  return `${parent.value}.${value}`;
}
