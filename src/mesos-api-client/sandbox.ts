/**
 * Files of an agent (the sandboxes of its tasks, its log) or of a master (its log), by the v1 API, which keeps bytes as they
 * are. A file is read in pieces, the next one asked for when the last has been used; followed, it is asked for more as it
 * grows.
 */
import { Buffer } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import { MesosError } from './mesos-error.ts';
import type { CallOptions } from './operator-client.ts';
import type { ExecutorId, FrameworkId } from './protocol/ids.ts';
import type { FileAnswers, FileCall } from './protocol/operator-common.ts';
import type { FileInfo } from './protocol/operator-messages.ts';

export interface ReadOptions extends CallOptions {
  /** Bytes from the beginning; negative: from the present end. Default 0. */
  readonly from?: number;
  /** Of one piece. Agents give 64 KiB at most. */
  readonly pieceBytes?: number;
}

export interface FollowOptions extends ReadOptions {
  /** Between two looks at a file that has not grown; default 1 s. */
  readonly pollMs?: number;
}

export interface Files {
  /** Of a directory; undefined for what is not there. */
  list(path: string, options?: CallOptions): Promise<readonly FileInfo[] | undefined>;
  /** To the end that the file has when it is reached. Ends with a MesosError 'not-found' for no file. */
  read(path: string, options?: ReadOptions): AsyncGenerator<Uint8Array, void>;
  /** Goes on as the file grows, until `signal` fires or the reader leaves. A file that became shorter is read from its beginning. */
  follow(path: string, options?: FollowOptions): AsyncGenerator<Uint8Array, void>;
}

/** The sandbox of an executor's latest run; a command task's executor has the task's id. `name` as in `stdout`. */
export function sandboxPath(frameworkId: FrameworkId, executorId: ExecutorId, name = ''): string {
  const run = `/frameworks/${frameworkId}/executors/${executorId}/runs/latest`;
  return name === '' ? run : `${run}/${name}`;
}

const defaultPieceBytes = 64 * 1024;

/** An agent or a master. */
export interface FileServer {
  ask<Asked extends FileCall>(call: Asked, options?: CallOptions): Promise<FileAnswers[Asked['type']]>;
}

export function filesOf(api: FileServer): Files {
  async function piece(path: string, offset: number, length: number, options: CallOptions): Promise<Piece> {
    const call = { type: 'READ_FILE', read_file: { path, offset, length } } as const;
    const answer = await api.ask(call, options);
    const bytes = Buffer.from(answer.data ?? '', 'base64');
    // More than was asked for is no file's, and would be read twice.
    return { size: Number(answer.size), bytes: bytes.subarray(0, length) };
  }

  async function startOf(path: string, from: number, options: CallOptions): Promise<number> {
    return from >= 0 ? from : Math.max(0, (await piece(path, 0, 0, options)).size + from);
  }

  async function* read(path: string, options: ReadOptions = {}): AsyncGenerator<Uint8Array, void> {
    const { from = 0, pieceBytes = defaultPieceBytes, ...call } = options;
    let offset = await startOf(path, from, call);
    for (;;) {
      const { bytes } = await piece(path, offset, pieceBytes, call);
      if (bytes.length === 0) return;
      offset += bytes.length;
      yield bytes;
    }
  }

  async function* follow(path: string, options: FollowOptions = {}): AsyncGenerator<Uint8Array, void> {
    const { from = 0, pieceBytes = defaultPieceBytes, pollMs = 1000, ...call } = options;
    try {
      let offset = await startOf(path, from, call);
      for (;;) {
        const { size, bytes } = await piece(path, offset, pieceBytes, call);
        if (size < offset) offset = 0;
        else if (bytes.length === 0)
          await sleep(pollMs, undefined, call.signal === undefined ? {} : { signal: call.signal });
        else {
          offset += bytes.length;
          yield bytes;
        }
      }
    } catch (error) {
      if (call.signal?.aborted !== true) throw error;
    }
  }

  return {
    async list(path, options = {}) {
      try {
        return (await api.ask({ type: 'LIST_FILES', list_files: { path } }, options)).file_infos ?? [];
      } catch (error) {
        if (error instanceof MesosError && error.code === 'not-found') return undefined;
        throw error;
      }
    },
    read,
    follow,
  };
}

interface Piece {
  readonly size: number;
  readonly bytes: Uint8Array;
}
