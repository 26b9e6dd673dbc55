/** Which Problem an error of SQLite or of the file system is, by SQLite's primary result code (sqlite.org/rescode.html). */
import { Problem } from '../lib/problem.ts';

const busy = 5;
const corrupt = 11;
const notADatabase = 26;

export function isBusy(error: unknown): boolean {
  return primaryCode(error) === busy;
}

/** `doing` names the act and the file: "writing /data/state.sqlite". */
export function storeProblem(error: unknown, doing: string): Problem {
  if (error instanceof Problem) {
    return error;
  }
  const code = primaryCode(error);
  const broken = code === corrupt || code === notADatabase;
  return new Problem(broken ? 'STORE_CORRUPT' : 'PERSIST_FAILED', `${doing} failed: ${reasonOf(error)}`, {
    cause: error,
  });
}

function primaryCode(error: unknown): number | undefined {
  const errcode = (error as { errcode?: unknown } | null)?.errcode;
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
