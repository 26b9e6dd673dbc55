/** The files API of an agent: /files/browse, /files/read, /files/download, /files/debug, as Mesos answers them. */
import { createReadStream, type Stats } from 'node:fs';
import { lstat, open, readdir, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, extname, join } from 'node:path';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import type { AgentView } from '../model/agent.ts';
import { findFile } from './files-paths.ts';
import { executorSandboxOf, listSandboxes, sandboxOf } from './sandbox.ts';

interface FileQuery {
  readonly path?: string;
  readonly offset?: string;
  readonly length?: string;
}

/** Sixteen memory pages. */
export const longestRead = 65_536;

const contentTypes: Readonly<Record<string, string>> = {
  '.txt': 'text/plain',
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'application/javascript',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
  '.gz': 'application/gzip',
};

export function filesRoutes(workDir: string, view: () => AgentView | undefined): FastifyPluginAsync {
  const withFile = async (
    reply: FastifyReply,
    path: string | undefined,
    answer: (file: string, status: Stats) => Promise<unknown>,
  ): Promise<unknown> => {
    if (path === undefined || path === '') return refuse(reply, "Expecting 'path=value' in query.");
    const found = await findFile(workDir, view()?.agentId, path);
    if (found.kind === 'unknown') return reply.code(404).type('text/plain').send('');
    if (found.kind === 'inaccessible') return refuse(reply, `'${found.path}' is inaccessible.`);
    return answer(found.file, await stat(found.file));
  };
  return async (server) => {
    server.get<{ Querystring: FileQuery }>('/files/browse', ({ query }, reply) =>
      withFile(reply, query.path, (file, status) => browse(query.path ?? '', file, status)),
    );
    server.get<{ Querystring: FileQuery }>('/files/read', ({ query }, reply) =>
      withFile(reply, query.path, (file, status) => read(reply, file, status, query)),
    );
    server.get<{ Querystring: FileQuery }>('/files/download', ({ query }, reply) =>
      withFile(reply, query.path, (file, status) => download(reply, file, status)),
    );
    server.get('/files/debug', () => attached(workDir, view()));
  };
}

async function browse(path: string, directory: string, status: Stats): Promise<unknown[]> {
  if (!status.isDirectory()) return [];
  const names = (await readdir(directory)).sort();
  const prefix = path.replace(/\/+$/, '');
  return Promise.all(names.map(async (name) => describeFile(`${prefix}/${name}`, await lstat(join(directory, name)))));
}

function describeFile(path: string, status: Stats) {
  const { nlink, size, mtimeMs } = status;
  return { path, mode: modeText(status), nlink, ...ownerOf(status), size, mtime: Math.floor(mtimeMs / 1000) };
}

/** By name where it is us, which it nearly always is. */
export function ownerOf(status: Stats): { readonly uid: string; readonly gid: string } {
  const { username, uid, gid } = userInfo();
  return {
    uid: status.uid === uid ? username : String(status.uid),
    gid: status.gid === gid ? username : String(status.gid),
  };
}

function modeText(status: Stats): string {
  const kind = status.isDirectory() ? 'd' : status.isSymbolicLink() ? 'l' : '-';
  const bits = [...'rwxrwxrwx'].map((letter, index) => ((status.mode >> (8 - index)) & 1 ? letter : '-'));
  return kind + bits.join('');
}

async function read(reply: FastifyReply, file: string, status: Stats, query: FileQuery): Promise<unknown> {
  if (status.isDirectory()) return refuse(reply, 'Cannot read a directory.');
  const wanted: Record<'offset' | 'length', number> = { offset: -1, length: -1 };
  for (const name of ['offset', 'length'] as const) {
    const text = query[name];
    if (text === undefined) continue;
    if (!/^-?\d{1,15}$/.test(text))
      return refuse(reply, `Failed to parse ${name}: Failed to convert '${text}' to number.`);
    if (Number(text) < -1) return refuse(reply, `Negative ${name} provided: ${text}.`);
    wanted[name] = Number(text);
  }
  reply.type('application/json');
  if (wanted.offset === -1) return rawJson(status.size, Buffer.alloc(0));
  const length = wanted.length === -1 ? longestRead : Math.min(wanted.length, longestRead);
  return rawJson(wanted.offset, await readBytes(file, wanted.offset, length));
}

export async function readBytes(file: string, offset: number, length: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Mesos puts the bytes of a file into the JSON as they are, so an answer may be no valid UTF-8 (recorded). */
function rawJson(offset: number, data: Buffer): Buffer {
  const escaped: number[] = [];
  for (const byte of data) {
    if (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c) escaped.push(byte);
    else escaped.push(...Buffer.from(JSON.stringify(String.fromCharCode(byte)).slice(1, -1)));
  }
  return Buffer.concat([Buffer.from('{"data":"'), Buffer.from(escaped), Buffer.from(`","offset":${offset}}`)]);
}

async function download(reply: FastifyReply, file: string, status: Stats): Promise<unknown> {
  if (status.isDirectory()) return refuse(reply, 'Cannot download a directory.');
  // A header's value holds no line breaks and nothing beyond Latin-1.
  const name = basename(file).replace(/[^\x20-\x7e]/g, '_');
  return reply
    .type(contentTypes[extname(file)] ?? 'application/octet-stream')
    .header('content-length', status.size)
    .header('content-disposition', `attachment; filename=${name}`)
    .send(createReadStream(file, { end: Math.max(0, status.size - 1) }));
}

function attached(workDir: string, view: AgentView | undefined): Record<string, string> {
  const paths: Record<string, string> = {};
  for (const sandbox of listSandboxes(workDir)) paths[sandbox] = sandbox;
  for (const entry of view?.entries ?? []) {
    if (view?.agentId === undefined) continue;
    if (entry.executor !== undefined) continue;
    const { path } = sandboxOf(workDir, view.agentId, entry);
    paths[`/frameworks/${entry.frameworkId}/executors/${entry.taskId}/runs/latest`] = path;
  }
  for (const executor of view?.executors ?? []) {
    if (view?.agentId === undefined) continue;
    const { path } = executorSandboxOf(workDir, view.agentId, executor);
    paths[`/frameworks/${executor.frameworkId}/executors/${executor.executorId}/runs/latest`] = path;
  }
  return paths;
}

function refuse(reply: FastifyReply, sentence: string): FastifyReply {
  return reply.code(400).type('text/plain; charset=utf-8').send(`${sentence}\n`);
}
