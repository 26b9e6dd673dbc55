/**
 * Finds a job's newest checkpoint in its directory, where this machine can look into it: the last one before a crash may
 * have completed after the last observation.
 */
import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The newest chk-N that is complete: Flink writes _metadata last. Undefined where there is none, or no way to look. */
export async function newestCheckpoint(directory: string): Promise<string | undefined> {
  const path = localPath(directory);
  if (path === undefined) return undefined;
  for (const number of await checkpointNumbers(path)) {
    if (await isComplete(`${path}/chk-${number}`)) return `${directory.replace(/\/+$/, '')}/chk-${number}`;
  }
  return undefined;
}

function localPath(uri: string): string | undefined {
  if (uri.startsWith('/')) return uri;
  if (!/^file:\/(\/\/)?[^/]/.test(uri)) return undefined;
  return fileURLToPath(uri.replace(/^file:\/(?=[^/])/, 'file:///'));
}

/** Highest first. */
async function checkpointNumbers(path: string): Promise<readonly number[]> {
  const names = await readdir(path).catch(nothingThere);
  return (names ?? [])
    .flatMap((name) => {
      const number = /^chk-(\d+)$/.exec(name)?.[1];
      return number === undefined ? [] : [Number(number)];
    })
    .sort((left, right) => right - left);
}

async function isComplete(path: string): Promise<boolean> {
  const metadata = await stat(`${path}/_metadata`).catch(nothingThere);
  return metadata !== undefined && metadata.size > 0;
}

/** No checkpoint yet, or storage that only the agents reach: what was observed is then the best there is. */
function nothingThere(error: NodeJS.ErrnoException): undefined {
  if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(error.code ?? '')) return undefined;
  throw error;
}
