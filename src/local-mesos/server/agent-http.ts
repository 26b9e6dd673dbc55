/** An agent's own HTTP server: what it is (/state), whether it is up (/health), and the files of its sandboxes. */
import { isIP } from 'node:net';
import fastify from 'fastify';
import { Problem } from '../../lib/problem.ts';
import type { AgentView } from '../model/agent.ts';
import { agentOperatorApi } from './agent-operator-api.ts';
import type { CompleteAgentOptions } from './agent-options.ts';
import { describeAgent } from './agent-state.ts';
import { filesRoutes } from './files-routes.ts';

export interface AgentHttp {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export async function openAgentHttp(
  options: CompleteAgentOptions,
  view: () => AgentView | undefined,
): Promise<AgentHttp> {
  const { host, workDir } = options;
  const server = fastify({ forceCloseConnections: true, exposeHeadRoutes: false });
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
