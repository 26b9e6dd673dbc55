/** A scripted master behind real HTTP, and agents that are processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { masterLinkRoutes } from '../../../src/local-mesos/server/link-routes.ts';
import type { LinkTiming } from '../../../src/local-mesos/server/link-timing.ts';
import type { ScriptedMaster } from './scripted-master.ts';

export async function serveLinks(
  t: ExecutionContext,
  master: Pick<ScriptedMaster, 'agentConnected'>,
  timing?: LinkTiming,
) {
  const routes = masterLinkRoutes(master.agentConnected, timing);
  const server = createServer((request, response) => {
    if (!routes(request, response)) response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  t.teardown(() => (server.listening ? close() : undefined));
  return { address: `127.0.0.1:${port}`, port, close };
}

export async function startAgentProcess(t: ExecutionContext, master: string, workDir: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('agent-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, master, workDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => killHard(child));
  await once(child.stdout, 'data');
  return child;
}

export async function killHard(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
