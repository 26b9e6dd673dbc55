/** An agent's own HTTP server: its operator API and older pages, the executor API, and the files of its sandboxes. */
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import fastify, { type FastifyPluginAsync, type FastifyReply, type FastifyRequest } from 'fastify';
import { Problem } from '../../lib/problem.ts';
import type { AgentView } from '../model/agent.ts';
import type { AboutAgent } from '../model/agent-view.ts';
import { type DescribedContainer, describeContainers } from './agent-containers.ts';
import { agentFlags, agentMetrics } from './agent-metrics.ts';
import { type AgentApiParts, agentOperatorApi } from './agent-operator-api.ts';
import type { CompleteAgentOptions } from './agent-options.ts';
import type { AgentShell } from './agent-shell.ts';
import { describeAgent } from './agent-state.ts';
import { executorRoutes } from './executor-desk.ts';
import { filesRoutes } from './files-routes.ts';
import { acceptsGzip, leastGzipBytes } from './master-http.ts';

const version = '1.12.0';
const gzipped = promisify(gzip);

export interface AgentHttp {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Every path but those of files answers below the agent's name too, as on a real one. */
function withoutName({ url = '/' }: { readonly url?: string }): string {
  return url.replace(/^\/slave\(1\)(?=\/(?!files\/))/, '');
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
  server.addHook('onSend', asMesos);
  server.setNotFoundHandler((_request, reply) => reply.code(404).type('text/plain').send('404 Not Found.'));
  const { now } = options.clock;
  const startedAt = now();
  const about = (known: AgentView): AboutAgent => ({
    description: { ...options, port: port() },
    version,
    flags: agentFlags(options, port()),
    metrics: agentMetrics(known, startedAt, now()),
  });
  server.get('/health', (_request, reply) => reply.code(200).send());
  server.get('/version', () => ({ version }));
  server.get('/state', () => describeAgent({ options, port: port(), startedAt, view: view() }));
  server.get('/flags', () => ({
    flags: Object.fromEntries(agentFlags(options, port()).map(({ name, value }) => [name, value])),
  }));
  const parts = { workDir, now, view, about, nested: () => shell()?.nested };
  await server.register(whenRecovered(parts));
  await server.register(filesRoutes(workDir, view));
  await server.register(agentOperatorApi(parts));
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

/** Libprocess names the charset of texts and not that of JSON, and packs what is large for those who take it packed. */
async function asMesos(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  const type = String(reply.getHeader('content-type') ?? '');
  if (type.startsWith('application/json')) reply.header('content-type', 'application/json');
  const isDownload = reply.hasHeader('content-disposition');
  if (type === 'text/plain' && !isDownload) reply.header('content-type', 'text/plain; charset=utf-8');
  if (typeof payload !== 'string' || payload.length < leastGzipBytes || !acceptsGzip(request.raw)) return payload;
  const packed = await gzipped(payload);
  reply.header('content-encoding', 'gzip').header('content-length', packed.length);
  return packed;
}

/** The older pages about what runs here and what it uses. */
function whenRecovered({ workDir, now, view, about }: AgentApiParts): FastifyPluginAsync {
  const containers = ({ container_id: wanted }: { readonly container_id?: string } = {}) => {
    const known = view();
    const all = known === undefined ? [] : describeContainers({ workDir, view: known, now: now(), showNested: false });
    return all.filter(({ container_id: { value } }) => wanted === undefined || value === wanted).map(asPage);
  };
  return async (server) => {
    server.get('/metrics/snapshot', () => {
      const known = view();
      return known === undefined ? {} : about(known).metrics;
    });
    server.get<{ Querystring: { container_id?: string } }>('/containers', ({ query }) => containers(query));
    server.get('/monitor/statistics', () =>
      containers().map(({ container_id: _id, status: _status, ...rest }) => rest),
    );
  };
}

function asPage(container: DescribedContainer) {
  return {
    container_id: container.container_id.value,
    executor_id: container.executor_id?.value,
    executor_name: container.executor_name,
    framework_id: container.framework_id?.value,
    source: container.source,
    statistics: container.resource_statistics,
    status: container.container_status,
  };
}
