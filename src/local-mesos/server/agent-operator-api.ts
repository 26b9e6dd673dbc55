/** POST /api/v1 of an agent, as far as it is built: the files of sandboxes. Bytes travel in base64, so any file arrives whole. */
import type { Stats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import type { FileInfo } from '../../mesos-api-client/protocol/operator-messages.ts';
import type { AgentView } from '../model/agent.ts';
import { type FileFound, findFile } from './files-paths.ts';
import { longestRead, ownerOf, readBytes } from './files-routes.ts';

interface AgentCall {
  readonly type?: unknown;
  readonly list_files?: { readonly path?: unknown };
  readonly read_file?: { readonly path?: unknown; readonly offset?: unknown; readonly length?: unknown };
}

export function agentOperatorApi(workDir: string, view: () => AgentView | undefined): FastifyPluginAsync {
  const find = (path: string) => findFile(workDir, view()?.agentId, path);
  return async (server) => {
    server.post<{ Body: AgentCall | null }>('/api/v1', ({ body }, reply) => {
      const call = body ?? {};
      if (call.type === 'LIST_FILES') return list(call, find, reply);
      if (call.type === 'READ_FILE') return read(call, find, reply);
      return reply.code(501).type('text/plain').send('501 Not Implemented.');
    });
  };
}

type Find = (path: string) => Promise<FileFound>;

async function list({ list_files: asked }: AgentCall, find: Find, reply: FastifyReply): Promise<unknown> {
  const path = asked?.path;
  if (typeof path !== 'string')
    return refuse(reply, "Failed to validate agent::Call: Expecting 'list_files' to be present");
  const found = await find(path);
  if (found.kind !== 'found') return missing(reply, found);
  const infos = await fileInfos(path.replace(/\/+$/, ''), found.file);
  return { type: 'LIST_FILES', list_files: infos.length === 0 ? {} : { file_infos: infos } };
}

async function read({ read_file: asked }: AgentCall, find: Find, reply: FastifyReply): Promise<unknown> {
  if (typeof asked?.path !== 'string')
    return refuse(reply, "Failed to validate agent::Call: Expecting 'read_file' to be present");
  const { path, offset, length = longestRead } = asked;
  if (!isCount(offset) || !isCount(length)) return refuse(reply, 'Missing required fields: read_file.offset');
  const found = await find(path);
  if (found.kind !== 'found') return missing(reply, found);
  const status = await stat(found.file);
  if (status.isDirectory()) return refuse(reply, 'Cannot read a directory.\n');
  const bytes = await readBytes(found.file, offset, Math.min(length, longestRead));
  return { type: 'READ_FILE', read_file: { size: status.size, data: bytes.toString('base64') } };
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

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function missing(reply: FastifyReply, found: Exclude<FileFound, { kind: 'found' }>): FastifyReply {
  if (found.kind === 'inaccessible') return refuse(reply, `'${found.path}' is inaccessible.\n`);
  return reply.code(404).type('text/plain; charset=utf-8').send('');
}

function refuse(reply: FastifyReply, sentence: string): FastifyReply {
  return reply.code(400).type('text/plain; charset=utf-8').send(sentence);
}
