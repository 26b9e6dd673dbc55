/**
 * POST /api/v1 of an agent: its operator API, and the older pages that say the same. The order of checks is the agent's own
 * (src/slave/http.cpp of Mesos). Bytes of files travel in base64, so any file arrives whole.
 */
import type { Stats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { FastifyPluginAsync } from 'fastify';
import type { FileInfo } from '../../mesos-api-client/protocol/operator-messages.ts';
import type { AgentView } from '../model/agent.ts';
import { type ParsedAgentCall, parseAgentCall } from '../model/agent-call.ts';
import { type AboutAgent, answerOfAgent } from '../model/agent-view.ts';
import { describeContainers } from './agent-containers.ts';
import { type FileFound, findFile } from './files-paths.ts';
import { longestRead, ownerOf, readBytes } from './files-routes.ts';
import { acceptsJson, answerSafely, notAcceptable, receiveCall, sendJson, sendText } from './master-http.ts';
import type { NestedContainers, Outcome } from './nested-containers.ts';

export interface AgentApiParts {
  readonly workDir: string;
  readonly now: () => number;
  /** Undefined until it has recovered. */
  readonly view: () => AgentView | undefined;
  readonly about: (view: AgentView) => AboutAgent;
  readonly nested: () => NestedContainers | undefined;
}

export function agentOperatorApi(parts: AgentApiParts): FastifyPluginAsync {
  return async (server) => {
    server.all('/api/v1', {
      onRequest: async (request, reply) => {
        reply.hijack();
        await answerSafely(reply.raw, () => answer(parts, request.raw, reply.raw));
      },
      handler: () => undefined,
    });
  };
}

async function answer(parts: AgentApiParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const view = parts.view();
  if (view === undefined) return sendText(response, 503, 'Agent has not finished recovery');
  const body = await receiveCall(request, response);
  if (body === undefined) return;
  const parsed = parseAgentCall(body);
  if (parsed.kind === 'invalid') return sendText(response, 400, parsed.text);
  if (!acceptsJson(request)) return sendText(response, 406, notAcceptable);
  const { status, text, json } = await outcome(parts, view, parsed);
  // A file that is none is answered without words, but as a sentence.
  const type: Record<string, string> = status === 404 ? { 'Content-Type': 'text/plain; charset=utf-8' } : {};
  if (json === undefined) sendText(response, status, text ?? '', type);
  else sendJson(response, json);
}

async function outcome(
  { workDir, now, about, nested }: AgentApiParts,
  view: AgentView,
  call: Exclude<ParsedAgentCall, { kind: 'invalid' }>,
): Promise<Outcome> {
  const find = (path: string) => findFile(workDir, view.agentId, path);
  switch (call.kind) {
    case 'not-built':
      return { status: 501, text: '501 Not Implemented.' };
    case 'list-files':
      return list(call.path, find);
    case 'read-file':
      return read(call, find);
    case 'container':
      return (await nested()?.take(call.call)) ?? { status: 503, text: 'Agent has not finished recovery' };
    case 'query': {
      const { type, showNested } = call;
      const payload =
        type === 'GET_CONTAINERS'
          ? withoutSource(describeContainers({ workDir, view, now: now(), showNested }))
          : answerOfAgent(view, about(view), type);
      return { status: 200, json: { type, [type.toLowerCase()]: payload } };
    }
  }
}

function withoutSource(containers: ReturnType<typeof describeContainers>) {
  return containers.length === 0 ? {} : { containers: containers.map(({ source: _source, ...rest }) => rest) };
}

type Find = (path: string) => Promise<FileFound>;

async function list(path: string, find: Find): Promise<Outcome> {
  const found = await find(path);
  if (found.kind !== 'found') return missing(found);
  const infos = await fileInfos(path.replace(/\/+$/, ''), found.file);
  return { status: 200, json: { type: 'LIST_FILES', list_files: infos.length === 0 ? {} : { file_infos: infos } } };
}

async function read(
  { path, offset, length = longestRead }: Extract<ParsedAgentCall, { kind: 'read-file' }>,
  find: Find,
): Promise<Outcome> {
  const found = await find(path);
  if (found.kind !== 'found') return missing(found);
  const status = await stat(found.file);
  if (status.isDirectory()) return { status: 400, text: 'Cannot read a directory.\n' };
  const bytes = await readBytes(found.file, offset, Math.min(length, longestRead));
  return {
    status: 200,
    json: { type: 'READ_FILE', read_file: { size: status.size, data: bytes.toString('base64') } },
  };
}

async function fileInfos(path: string, directory: string): Promise<readonly FileInfo[]> {
  if (!(await stat(directory)).isDirectory()) return [];
  const names = (await readdir(directory)).sort();
  return Promise.all(names.map(async (name) => fileInfo(`${path}/${name}`, await lstat(join(directory, name)))));
}

function fileInfo(path: string, status: Stats): FileInfo {
  const { nlink, size, mode, mtimeMs } = status;
  return { path, nlink, size, mtime: { nanoseconds: Math.floor(mtimeMs / 1000) * 1e9 }, mode, ...ownerOf(status) };
}

function missing(found: Exclude<FileFound, { kind: 'found' }>): Outcome {
  return found.kind === 'inaccessible'
    ? { status: 400, text: `'${found.path}' is inaccessible.\n` }
    : { status: 404, text: '' };
}
