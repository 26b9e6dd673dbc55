/**
 * Which path of the master is what. Every route answers under /master/… too, as on a real master; whatever lies below
 * /api/v1 and is not the scheduler API is the operator API.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import type { FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import { isLegacyPage, legacyPage } from '../model/legacy-pages.ts';
import { metricsSnapshot } from '../model/metrics.ts';
import { parseOperatorCall } from '../model/operator-call.ts';
import type { Flag } from '../model/operator-view.ts';
import { legacyState } from '../model/state-view.ts';
import { type Authenticate, type Realm, sendUnauthorized } from './master-authentication.ts';
import type { MasterFaults } from './master-faults.ts';
import { receivePost, sendJson, sendText } from './master-http.ts';
import { carryOut, handleOperatorCall } from './master-operator-api.ts';
import { handleSchedulerCall } from './master-scheduler-api.ts';
import type { MasterShell } from './master-shell.ts';
import { answerAsStandby } from './master-standby.ts';

/** Takes a request of an agent process, or says that it is none. */
export type AgentRoutes = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface RouteParts {
  /** None while another master leads. */
  readonly shell: () => MasterShell | undefined;
  /** `host:port` of the leading master, where ZooKeeper names it. */
  readonly leader: () => string | undefined;
  readonly version: string;
  readonly flags: readonly Flag[];
  /** As schedulers and browsers may call this master; other names are refused. */
  readonly hostname: string;
  readonly authenticate: Authenticate;
  readonly faults: MasterFaults;
  /** It has not read its registry yet. */
  readonly recovering: () => boolean;
  readonly agentRoutes: () => AgentRoutes | undefined;
}

export async function route(parts: RouteParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isOurName(request.headers.host, parts.hostname)) {
    sendText(response, 403, 'The Host header names another machine');
    return;
  }
  const url = URL.parse(request.url ?? '/', 'http://master');
  if (url === null) {
    sendText(response, 400, 'The address of the request cannot be read');
    return;
  }
  const path = url.pathname.replace(/^\/master(?=\/)/, '').replace(/(?<=.)\/$/, '');
  const realm = realmOf(path);
  const authenticated = parts.authenticate(request);
  if (realm !== undefined && authenticated.kind === 'refused') {
    sendUnauthorized(response, realm);
    return;
  }
  const shell = parts.shell();
  if (shell === undefined) {
    const flags = Object.fromEntries(parts.flags.map(({ name, value }) => [name, value]));
    answerAsStandby({ version: parts.version, flags, leader: parts.leader }, request, response, path);
    return;
  }
  if (parts.recovering() && (path === '/api/v1' || path.startsWith('/api/v1/'))) {
    sendText(response, 503, 'Master has not finished recovery');
    return;
  }
  const principal = authenticated.kind === 'principal' ? authenticated.principal : undefined;
  if (path === '/api/v1/scheduler') {
    return handleSchedulerCall({ shell, faults: parts.faults }, request, response, principal);
  }
  if (path === '/api/v1' || path.startsWith('/api/v1/')) {
    return handleOperatorCall(shell, parts.flags, request, response, principal);
  }
  if (path === '/teardown') {
    return teardown(shell, request, response);
  }
  const machines = machineCalls[path];
  if (machines !== undefined) {
    return operateMachines(shell, machines, request, response);
  }
  const page = pages[path];
  const legacy = page === undefined ? legacyPage(shell.state, path, url.searchParams) : undefined;
  if (page !== undefined) {
    page({ shell, flags: parts.flags }, response);
  } else if (legacy !== undefined) {
    sendJson(response, legacy);
  } else if (!parts.agentRoutes()?.(request, response)) {
    sendText(response, 404, '404 Not Found.');
  }
}

/** Who has to authenticate where; /health, /version and /redirect are open to everybody, as on a real master. */
function realmOf(path: string): Realm | undefined {
  if (path === '/api/v1/scheduler') {
    return 'mesos-master-scheduler';
  }
  if (path === '/api/v1' || path.startsWith('/api/v1/') || path === '/teardown' || path in machineCalls) {
    return 'mesos-master-readwrite';
  }
  const isRead = ['/state', '/flags', '/metrics/snapshot'].includes(path) || isLegacyPage(path);
  return isRead ? 'mesos-master-readonly' : undefined;
}

/**
 * A page in a browser can be made to reach a loopback port under a name of its own (DNS rebinding); this port runs
 * commands. So requests must call it by an address, by localhost, or by the name that it was given.
 */
function isOurName(host: string | undefined, hostname: string): boolean {
  const name = (host ?? 'localhost')
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return name === 'localhost' || name === hostname.toLowerCase() || isIP(name) !== 0;
}

interface PageParts {
  readonly shell: MasterShell;
  readonly flags: readonly Flag[];
}

const pages: Readonly<Record<string, (parts: PageParts, response: ServerResponse) => void>> = {
  '/health': (_parts, response) => sendText(response, 200, ''),
  '/version': ({ shell }, response) => sendJson(response, { version: shell.state.options.version }),
  '/flags': ({ flags }, response) =>
    sendJson(response, { flags: Object.fromEntries(flags.map(({ name, value }) => [name, value])) }),
  '/state': ({ shell, flags }, response) => sendJson(response, legacyState(shell.state, flags)),
  // A master of ours keeps no files for operators.
  '/files/debug': (_parts, response) => sendJson(response, {}),
  '/system/stats.json': (_parts, response) => {
    const [avg_load_1min, avg_load_5min, avg_load_15min] = loadavg();
    const memory = { mem_free_bytes: freemem(), mem_total_bytes: totalmem() };
    sendJson(response, { avg_load_1min, avg_load_5min, avg_load_15min, cpus_total: availableParallelism(), ...memory });
  },
  '/metrics/snapshot': ({ shell }, response) => sendJson(response, metricsSnapshot(shell.state)),
  '/redirect': ({ shell }, response) => {
    const { hostname, port } = shell.state.options;
    sendText(response, 307, '', { Location: `//${hostname}:${port}` });
  },
};

/** The older forms of START_MAINTENANCE and STOP_MAINTENANCE: a list of machines. */
const machineCalls: Readonly<Record<string, 'START_MAINTENANCE' | 'STOP_MAINTENANCE'>> = {
  '/machine/down': 'START_MAINTENANCE',
  '/machine/up': 'STOP_MAINTENANCE',
};

async function operateMachines(
  shell: MasterShell,
  type: 'START_MAINTENANCE' | 'STOP_MAINTENANCE',
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await receivePost(request, response);
  if (body === undefined) return;
  const parsed = parseOperatorCall(`{"type":"${type}","${type.toLowerCase()}":{"machines":${body}}}`);
  // What the body is put into must still be that call, whatever the body says.
  if (parsed.kind !== 'command' || parsed.call.type !== type) {
    sendText(response, 400, parsed.kind === 'invalid' ? parsed.text : 'Expecting a list of machines');
    return;
  }
  carryOut(shell, parsed.call, response);
}

/** The older form of the operator's TEARDOWN: `frameworkId=…` as a form. */
async function teardown(shell: MasterShell, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await receivePost(request, response);
  if (body === undefined) return;
  const id = new URLSearchParams(body).get('frameworkId');
  if (id === null) {
    sendText(response, 400, "Missing 'frameworkId' query parameter in the request body");
    return;
  }
  const call = { type: 'TEARDOWN', teardown: { framework_id: { value: id as FrameworkId } } } as const;
  carryOut(shell, call, response);
}
