/** The operator API of a master that knows one agent. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';

interface KnownAgent {
  readonly agentId: string;
  readonly pid: string;
}

export async function fakeOperator(t: ExecutionContext, { agentId, pid }: KnownAgent) {
  let status = 200;
  const agent = { agent_info: { id: { value: agentId }, hostname: 'host-1' }, active: true, version: '1.12.0', pid };
  const answers: Readonly<Record<string, object>> = {
    GET_AGENTS: { get_agents: { agents: [agent] } },
    GET_MAINTENANCE_SCHEDULE: { get_maintenance_schedule: { schedule: {} } },
  };
  const server = createServer(async (request, response) => {
    const { type } = JSON.parse(Buffer.concat(await request.toArray()).toString()) as { type: string };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(status === 200 ? JSON.stringify({ type, ...answers[type] }) : 'no');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    port: (server.address() as AddressInfo).port,
    refuse: (code: number) => {
      status = code;
    },
  };
}
