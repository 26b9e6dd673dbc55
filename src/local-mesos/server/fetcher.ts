/**
 * The fetcher of an agent: brings a command's URIs into its sandbox before the command starts, one after the other:
 * http and https, file:// and absolute paths. Archives are unpacked unless `extract` is false, `executable` files get
 * their mode, `cache` keeps a copy for the next task. Nothing is ever written outside the sandbox: we refuse what Mesos
 * lets pass there (`output_file` with "..", links that lead out).
 *
 * What went wrong stands in the sandbox's stderr too. Queries of URIs are nowhere: they carry signatures.
 */
import { appendFile, chmod, copyFile, constants as fsConstants, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Uri } from '../../mesos-api-client/protocol/mesos.ts';
import type { RunId } from '../model/agent-io.ts';
import { createFetcherCache, type FetcherCache } from './fetcher-cache.ts';
import { download } from './fetcher-download.ts';
import { extract, isArchive } from './fetcher-extract.ts';
import { type FetchPlan, planFetch, withoutQuery } from './fetcher-plan.ts';

export interface FetchRequest {
  readonly uris: readonly Uri[];
  readonly sandbox: string;
  /** Part of the cache's key, as on a Mesos agent. */
  readonly user: string;
  readonly runId: RunId;
  readonly signal: AbortSignal;
}

export interface Fetcher {
  /** Rejects with what goes into the task's status: no secret of a URI is in it. */
  fetch(request: FetchRequest): Promise<void>;
  close(): Promise<void>;
}

export interface FetcherOptions {
  readonly cacheDir: string;
  readonly cacheLimitBytes: number;
}

export function createFetcher(options: FetcherOptions): Fetcher {
  const cache = createFetcherCache(options.cacheDir, options.cacheLimitBytes);
  return {
    async fetch(request) {
      const plans = request.uris.map(planFetch);
      const refused = plans.find((plan) => typeof plan === 'string');
      if (refused !== undefined) {
        await note(request, `could not fetch: ${refused}`);
        throw new Error(`Could not fetch: ${refused}`);
      }
      for (const plan of plans) if (typeof plan !== 'string') await fetchOne(cache, request, plan);
    },
    close: () => cache.close(),
  };
}

async function fetchOne(cache: FetcherCache, request: FetchRequest, plan: FetchPlan): Promise<void> {
  const { runId, signal } = request;
  try {
    await bring(cache, request, plan);
    await note(request, `fetched ${withoutQuery(plan.uri.value)}`);
  } catch (error) {
    if (signal.aborted) throw error;
    const reason = `${withoutQuery(plan.uri.value)}: ${error instanceof Error ? error.message : String(error)}`;
    await note(request, `could not fetch ${reason}`);
    throw new Error(`Failed to fetch all URIs for container '${runId}': ${reason}`, { cause: error });
  }
}

function note(request: FetchRequest, text: string): Promise<void> {
  return appendFile(join(request.sandbox, 'stderr'), `fetcher: ${text}\n`);
}

async function bring(cache: FetcherCache, request: FetchRequest, plan: FetchPlan): Promise<void> {
  const { sandbox, user, signal } = request;
  const { uri, name } = plan;
  const target = join(sandbox, name);
  await mkdir(dirname(target), { recursive: true });
  const unpack = uri.executable !== true && uri.extract !== false && isArchive(name);
  if (uri.cache === true) {
    const key = `${user}\n${uri.value}`;
    await cache.use(
      key,
      (file) => download(plan.source, file, signal),
      async (cached) => {
        if (unpack) await extract({ archive: cached, name, sandbox, signal });
        else await copyFile(cached, target, fsConstants.COPYFILE_FICLONE);
      },
    );
  } else {
    await download(plan.source, target, signal);
    if (unpack) await extract({ archive: target, name, sandbox, signal });
  }
  if (uri.executable === true) await chmod(target, 0o755);
}
