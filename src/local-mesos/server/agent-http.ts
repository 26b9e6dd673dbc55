/** An agent's own HTTP server: what it is (/state), whether it is up (/health), and the files of its sandboxes. */
import { isIP } from 'node:net';
import fastify from 'fastify';
import { Problem } from '../../lib/problem.ts';
import { agentOperatorApi } from './agent-operator-api.ts';
import type { CompleteAgentOptions } from './agent-options.ts';
import type { AgentShell } from './agent-shell.ts';
import { describeAgent } from './agent-state.ts';
import { executorRoutes } from './executor-desk.ts';
import { filesRoutes } from './files-routes.ts';

export interface AgentHttp {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Every path answers below the agent's name too, as on a real one. */
function withoutName({ url = '/' }: { readonly url?: string }): string {
  return url.replace(/^\/slave\(1\)(?=\/)/, '');
}

export async function openAgentHttp(
  options: CompleteAgentOptions,
  shell: () => AgentShell | undefined,
): Promise<AgentHttp> {
  const { host, workDir } = options;
  const view = () => shell()?.view();
  const server = fastify({ forceCloseConnections: true, exposeHeadRoutes: false, rewriteUrl: withoutName });
  // A page in a browser may reach a loopback port under a name of its own (DNS rebinding); sandboxes are not for it.
  server.addHook('onRequest', async (request, reply) => {
    const name = request.hostname.replace(/^\[(.*)\]$/, '$1');
    if (name !== 'localhost' && name !== options.hostname && isIP(name) === 0)
      await reply.code(403).type('text/plain').send('The Host header names another machine\n');
  });
  server.get('/health', (_request, reply) => reply.code(200).send());
  server.get('/state', () => describeAgent(options, port(), view()));
  await server.register(filesRoutes(workDir, view));
  await server.register(agentOperatorApi(workDir, view));
  await server.register(executorRoutes(() => shell()?.takeCall));
  function port(): number {
    const address = server.server.address();
    return typeof address === 'object' && address !== null ? address.port : options.port;
  }
  try {
    await server.listen({ host, port: options.port });
  } catch (cause) {
    await server.close();
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new Problem('PORT_IN_USE', `port ${options.port} of ${host} is taken: the agent cannot listen`, { cause });
  }
  return { url: `http://${host}:${port()}`, port: port(), close: () => server.close() };
}
