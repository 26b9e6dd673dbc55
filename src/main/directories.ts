/** Where things lie on this machine: the XDG base directories (freedesktop.org's specification). */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Downloads and what is built from them: outside every clone, safe to delete. */
export function defaultCacheDir(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'flink-mesos');
}

/** State of `npm start`: in the folder where it is called, so that two clones do not meet. */
export function defaultDataDir(): string {
  return join(process.cwd(), '.flink-mesos');
}
