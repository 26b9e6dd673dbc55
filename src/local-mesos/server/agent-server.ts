/**
 * Starts an embedded agent: its work directory is locked, its HTTP server listens, what an earlier process left is
 * recovered, and it links itself to its master, again and again.
 */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { openAgentHttp } from './agent-http.ts';
import { lockDirectory } from './agent-lock.ts';
import { type AgentOptions, completeOptions, defaultResources } from './agent-options.ts';
import { type AgentShell, createAgentShell } from './agent-shell.ts';
import { claimPortBlock } from './port-block.ts';
import { parseResources } from './resource-text.ts';

export interface RunningAgent {
  /** Undefined until the master has registered it. */
  readonly agentId: AgentId | undefined;
  readonly url: string;
  readonly port: number;
  /** Fulfilled when a master has registered it for the first time. */
  readonly registered: Promise<void>;
  /** Fulfilled with the reason when the agent ended otherwise than by `close`: the master would not have it. */
  readonly ended: Promise<string>;
  /** Ends every task, unless they are to be kept for the next agent on this work directory. */
  close(options?: CloseOptions): Promise<void>;
}

export interface CloseOptions {
  readonly keepTasks?: boolean;
}

export async function startAgent(given: AgentOptions): Promise<RunningAgent> {
  const workDir = resolve(given.workDir);
  mkdirSync(workDir, { recursive: true });
  // What was taken is given back in the opposite order, whether the start fails or the agent ends.
  await using taken = new AsyncDisposableStack();
  taken.defer(lockDirectory(workDir).release);
  const resources =
    typeof given.resources === 'string'
      ? parseResources(given.resources)
      : (given.resources ?? (await ownResources(workDir, given.agentsHere ?? 1, taken)));
  const options = completeOptions({ ...given, resources, workDir });
  let shell: AgentShell | undefined;
  const http = taken.adopt(await openAgentHttp(options, () => shell), (opened) => opened.close());
  shell = createAgentShell(options, http.port);
  return runningAgent(shell, http, taken.move());
}

async function ownResources(workDir: string, agentsHere: number, taken: AsyncDisposableStack): Promise<Resource[]> {
  const ports = taken.adopt(await claimPortBlock(workDir), (block) => block.release());
  return defaultResources(workDir, agentsHere, ports.range);
}

function runningAgent(
  shell: AgentShell,
  http: { readonly url: string; readonly port: number },
  taken: AsyncDisposableStack,
): RunningAgent {
  let closing: Promise<void> | undefined;
  async function closeAll(keepTasks: boolean): Promise<void> {
    try {
      await shell.stop(keepTasks);
    } finally {
      await taken.disposeAsync();
    }
  }
  const close = (options: CloseOptions = {}) => {
    closing ??= closeAll(options.keepTasks ?? false);
    return closing;
  };
  return {
    get agentId() {
      return shell.view().agentId;
    },
    url: http.url,
    port: http.port,
    registered: shell.registered,
    ended: shell.refused.then(async (reason) => {
      await close();
      return reason;
    }),
    close,
  };
}
