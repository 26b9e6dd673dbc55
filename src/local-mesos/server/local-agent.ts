/**
 * One agent of a local Mesos through all its lives: tests pause it, kill it and start it again on the same work
 * directory and port, as they would do with the process of a Mesos agent.
 */
import { Problem } from '../../lib/problem.ts';
import type { AgentOptions } from './agent-options.ts';
import { type CloseOptions, type RunningAgent, startAgent } from './agent-server.ts';
import { createLinkGate } from './link-gate.ts';

export interface LocalAgent extends RunningAgent {
  /** As SIGSTOP: it hears and says nothing, its tasks run on. The master takes it for unreachable in time. */
  pause(): void;
  /** As SIGCONT. */
  resume(): void;
  /** As SIGKILL: nobody is told, and its tasks run on. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, or after the master sent it away; resolves when a master has registered it. */
  restart(): Promise<void>;
}

export async function startLocalAgent(options: AgentOptions): Promise<LocalAgent> {
  const gate = createLinkGate();
  const guarded = { ...options, dial: gate.guard(options.dial) };
  let life = await startAgent(guarded);
  let port = life.port;
  return {
    get agentId() {
      return life.agentId;
    },
    get url() {
      return life.url;
    },
    get port() {
      return port;
    },
    get registered() {
      return life.registered;
    },
    get ended() {
      return life.ended;
    },
    close(how: CloseOptions = {}) {
      gate.open();
      return life.close(how);
    },
    pause: gate.close,
    resume: gate.open,
    async kill() {
      gate.drop();
      await life.close({ keepTasks: true });
    },
    async restart() {
      gate.open();
      await life.close({ keepTasks: true });
      life = await startAgent({ ...guarded, port }).catch((error: unknown) => {
        // Somebody else got the port meanwhile: where none was asked for, any other does.
        const isTaken = error instanceof Problem && error.code === 'PORT_IN_USE';
        if (!isTaken || (options.port ?? 0) !== 0) throw error;
        return startAgent(guarded);
      });
      port = life.port;
      await life.registered;
    },
  };
}
