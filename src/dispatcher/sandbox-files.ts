/**
 * The files of a task's sandbox, read at its agent in pieces: what a process wrote, while it writes. Paths are names
 * within the sandbox and lead nowhere else; what holds a cluster's secrets is not shown.
 */
import { Problem } from '../lib/problem.ts';
import type { FrameworkId } from '../mesos-api-client/protocol/ids.ts';
import type { FileInfo } from '../mesos-api-client/protocol/operator-messages.ts';
import type { MesosReader } from '../runtime/mesos-reader.ts';
import type { TaskRecord } from '../scheduler/model/task.ts';
import { iso } from './views.ts';

export interface SandboxFileView {
  readonly name: string;
  /** Within the sandbox. */
  readonly path: string;
  readonly directory: boolean;
  readonly bytes: number;
  readonly modifiedAt?: string;
}

export interface SandboxListView {
  readonly path: string;
  readonly files: readonly SandboxFileView[];
  /** Files beyond those that are listed. */
  readonly more: number;
}

export interface SandboxPieceView {
  readonly path: string;
  /** Of the whole file, in bytes. */
  readonly size: number;
  /** Where this piece begins, and where the next one does. */
  readonly offset: number;
  readonly next: number;
  readonly text: string;
}

export interface SandboxFiles {
  listFiles(task: TaskRecord, path: string): Promise<SandboxListView>;
  /** `offset` below zero: from the present end. */
  readText(task: TaskRecord, path: string, offset: number, length: number): Promise<SandboxPieceView>;
  readBytes(task: TaskRecord, path: string): AsyncIterable<Uint8Array>;
}

export interface SandboxParts {
  readonly reader: Pick<MesosReader, 'list' | 'read'>;
  readonly frameworkId: () => FrameworkId | undefined;
}

/** Of one answer of an agent: sixteen memory pages. */
export const longestPieceBytes = 65_536;
const mostFiles = 1_000;
/** A directory's own bit in st_mode. */
const isDirectoryBit = 0o040000;
const kindBits = 0o170000;

/** `signature=` and what follows it: what began before a piece is recognised by so much of the text before it. */
const longestSecret = 128;

/** The cluster's configuration with its secrets, as it was fetched and unpacked. */
const secretNames = new Set(['conf', 'configuration.tar']);

export function sandboxFiles({ reader, frameworkId }: SandboxParts): SandboxFiles {
  const place = (task: TaskRecord, path: string) => {
    const { taskId } = task.spec;
    const placement = task.life.phase === 'waiting' ? undefined : task.life.placement;
    const framework = frameworkId();
    if (placement === undefined || framework === undefined)
      throw new Problem('NOT_READY', `task ${taskId} has no sandbox: it was not launched`);
    const root = `/frameworks/${framework}/executors/${taskId}/runs/latest`;
    return { agentId: placement.agentId, root, file: path === '' ? root : `${root}/${path}` };
  };
  const piece = async (task: TaskRecord, path: string, offset: number, length: number) => {
    const { agentId, file } = place(task, path);
    const found = await reader.read(agentId, file, offset, length);
    if (found === undefined) throw noSuchFile(task, path);
    return found;
  };
  /** Mesos' fetcher writes down what it fetches, with the signatures of our addresses, which open the configuration. */
  const shownPiece = async (task: TaskRecord, path: string, offset: number, length: number) => {
    const before = Math.min(offset, longestSecret);
    const { size, bytes } = await piece(task, path, offset - before, Math.min(length + before, longestPieceBytes));
    return { size, bytes: withoutSignatures(bytes).subarray(before) };
  };
  return {
    async listFiles(task, asked) {
      const path = withinSandbox(asked);
      const { agentId, root, file } = place(task, path);
      const infos = await reader.list(agentId, file);
      if (infos === undefined) throw noSuchFile(task, path);
      const files = infos.map((info) => fileView(info, root)).filter(({ path: each }) => !isSecret(each));
      return { path, files: files.slice(0, mostFiles), more: Math.max(0, files.length - mostFiles) };
    },
    async readText(task, asked, offset, length) {
      const path = withinSandbox(asked);
      const from = offset >= 0 ? offset : Math.max(0, (await piece(task, path, 0, 0)).size + offset);
      const { size, bytes } = await shownPiece(task, path, from, length);
      const start = offset < 0 && from > 0 ? startOfCharacter(bytes) : 0;
      const end = endOfCharacters(bytes);
      const text = new TextDecoder().decode(bytes.subarray(start, end));
      return { path, size, offset: from + start, next: from + end, text };
    },
    async *readBytes(task, asked) {
      const path = withinSandbox(asked);
      for (let offset = 0; ; ) {
        const { bytes } = await shownPiece(task, path, offset, longestPieceBytes);
        if (bytes.length === 0) return;
        offset += bytes.length;
        yield bytes;
      }
    },
  };
}

/** Segments that are names and nothing else; the agent looks once more, at links too. */
export function withinSandbox(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const odd = path.length > 1024 || /[\0\\]/.test(path) || segments.some((segment) => /^\.\.?$/.test(segment));
  if (odd) throw new Problem('BAD_REQUEST', 'path: it must be a name within the sandbox, without . and ..');
  const within = segments.join('/');
  if (isSecret(within)) throw new Problem('NOT_FOUND', `${within} is not shown: it holds secrets of the cluster`);
  return within;
}

/** Byte for byte: whoever reads on counts on it. */
function withoutSignatures(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  if (!text.includes('signature=')) return bytes;
  const shown = text.replace(/(signature=)([\w%-]+)/g, (_all, name, secret) => `${name}${'x'.repeat(secret.length)}`);
  return Buffer.from(shown, 'latin1');
}

function isSecret(path: string): boolean {
  return secretNames.has(path.split('/', 1)[0] ?? '');
}

function fileView({ path, size = 0, mtime, mode = 0 }: FileInfo, root: string): SandboxFileView {
  const within = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  return {
    name: within.split('/').at(-1) ?? within,
    path: within,
    directory: (mode & kindBits) === isDirectoryBit,
    bytes: Number(size),
    ...(mtime && { modifiedAt: iso(Math.round(Number(mtime.nanoseconds) / 1_000_000)) }),
  };
}

function noSuchFile({ spec: { taskId } }: TaskRecord, path: string): Problem {
  return new Problem(
    'NOT_FOUND',
    path === ''
      ? `the sandbox of task ${taskId} is no more: agents remove it some time after the end of its task`
      : `the sandbox of task ${taskId} has no file ${path}`,
  );
}

/** A piece may end within a character; what is not whole yet comes with the next one. */
export function endOfCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return wanted > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

function startOfCharacter(bytes: Uint8Array): number {
  const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return start > 0 && start < 4 ? start : 0;
}
