/**
 * What is looked up at Mesos beyond the subscription, when somebody asks: how its agents stand and what quotas leave (a
 * master's operator API), and the files of sandboxes (an agent's). Nothing is decided by it. What a master said serves
 * everybody who asks within some seconds.
 */
import { Buffer } from 'node:buffer';
import type { EpochMs } from '../lib/brand.ts';
import { Problem } from '../lib/problem.ts';
import { MesosError } from '../mesos-api-client/mesos-error.ts';
import {
  type AgentApi,
  createAgentApi,
  createMasterApi,
  type MasterApi,
  type OperatorOptions,
} from '../mesos-api-client/operator-client.ts';
import type { AgentId } from '../mesos-api-client/protocol/ids.ts';
import type { FileInfo, MaintenanceWindow, MasterAgent } from '../mesos-api-client/protocol/operator-messages.ts';
import type { ConnectionView } from '../scheduler/model/scheduler.ts';
import { lingering } from './lingering.ts';
import { quotasOf, type RoleQuota } from './role-quotas.ts';

export interface AgentsAtMaster {
  readonly at: EpochMs;
  readonly agents: readonly MasterAgent[];
  /** Of machines, planned or begun. */
  readonly maintenance: readonly MaintenanceWindow[];
}

export interface FilePiece {
  /** Of the whole file. */
  readonly size: number;
  readonly bytes: Buffer;
}

export interface MesosReader {
  agents(): Promise<AgentsAtMaster>;
  /** Of the roles that have one. */
  quotas(): Promise<readonly RoleQuota[]>;
  /** Of a directory on an agent; undefined for what is not there. */
  list(agentId: AgentId, path: string): Promise<readonly FileInfo[] | undefined>;
  read(agentId: AgentId, path: string, offset: number, length: number): Promise<FilePiece | undefined>;
}

export interface OpenMesosReader extends MesosReader {
  /** What is asked at that moment is given up. */
  close(): Promise<void>;
}

export interface MesosReaderParts {
  readonly options: OperatorOptions;
  readonly connection: () => ConnectionView;
  readonly now: () => EpochMs;
}

const answerWithinMs = 10_000;
const keptMs = 3_000;
/** A file is read in pieces, and one that is followed is asked for more every second or two. */
const agentsKept = { lingerMs: 5_000, most: 64 };
/** The agents of ten thousand machines are some ten MiB. */
const maxAnswerBytes = 64 * 1024 * 1024;

export function createMesosReader({ options, connection, now }: MesosReaderParts): OpenMesosReader {
  const bounded = { ...options, callTimeoutMs: answerWithinMs, maxAnswerBytes };
  const { agents, quotas } = lookUpsAtMaster(bounded, connection, now);
  const apis = lingering((address) => createAgentApi(address, bounded), agentsKept);

  const atAgent = async <Answer>(agentId: AgentId, ask: (api: AgentApi) => Promise<Answer>) => {
    const agent = (await agents()).agents.find(({ agent_info: { id } }) => id?.value === agentId);
    const address = agent && addressOf(agent);
    if (address === undefined)
      throw new Problem('UNREACHABLE', `agent ${agentId} is not connected to the Mesos master`);
    try {
      return await apis.use(address, ask);
    } catch (error) {
      if (error instanceof MesosError && error.code === 'not-found') return undefined;
      throw asProblem(error, `agent ${agentId} does not hand out the files of its sandboxes`);
    }
  };

  return {
    agents,
    quotas,
    list: (agentId, path) =>
      atAgent(agentId, async (api) => (await api.ask({ type: 'LIST_FILES', list_files: { path } })).file_infos ?? []),
    read: (agentId, path, offset, length) =>
      atAgent(agentId, async (api) => {
        const { size, data } = await api.ask({ type: 'READ_FILE', read_file: { path, offset, length } });
        return { size: Number(size), bytes: Buffer.from(data ?? '', 'base64').subarray(0, length) };
      }),
    close: apis.close,
  };
}

function lookUpsAtMaster(
  options: OperatorOptions,
  connection: () => ConnectionView,
  now: () => EpochMs,
): Pick<MesosReader, 'agents' | 'quotas'> {
  const askMaster = async <Answer>(what: string, ask: (api: MasterApi) => Promise<Answer>): Promise<Answer> => {
    const view = connection();
    if (view.state !== 'subscribed') throw new Problem('NOT_READY', 'no Mesos master is connected at present');
    const api = createMasterApi(view.master, options);
    try {
      return await ask(api);
    } catch (error) {
      throw asProblem(error, `the Mesos master does not say ${what}`);
    } finally {
      await api.close();
    }
  };
  return {
    agents: remembered(now, (at) =>
      askMaster('how its agents stand', async (api): Promise<AgentsAtMaster> => {
        const [{ agents: known = [] }, { schedule }] = await Promise.all([
          api.ask({ type: 'GET_AGENTS' }),
          api.ask({ type: 'GET_MAINTENANCE_SCHEDULE' }),
        ]);
        return { at, agents: known, maintenance: schedule?.windows ?? [] };
      }),
    ),
    quotas: remembered(now, () =>
      askMaster('what quotas leave', async (api) => {
        const [{ status }, { roles = [] }] = await Promise.all([
          api.ask({ type: 'GET_QUOTA' }),
          api.ask({ type: 'GET_ROLES' }),
        ]);
        return quotasOf(status, roles);
      }),
    ),
  };
}

function remembered<Answer>(now: () => EpochMs, lookUp: (at: EpochMs) => Promise<Answer>): () => Promise<Answer> {
  let last: { readonly at: EpochMs; readonly answer: Promise<Answer> } | undefined;
  return () => {
    const at = now();
    if (last === undefined || at - last.at >= keptMs) last = { at, answer: lookUp(at) };
    return last.answer;
  };
}

/** `slave(1)@10.0.0.1:5051`: an agent's hostname may be one that only people can reach. */
function addressOf({ pid }: MasterAgent): string | undefined {
  return /^[^@]*@(.+:\d{1,5})$/.exec(pid ?? '')?.[1];
}

function asProblem(error: unknown, what: string): unknown {
  if (!(error instanceof MesosError)) return error;
  const code = error.retryable ? 'UNREACHABLE' : 'MASTER_REFUSED';
  return new Problem(code, `${what}: ${error.message}`, { cause: error });
}
