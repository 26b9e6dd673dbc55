/** Brings one source into one file; the file has its name only when it is whole. */
import { createWriteStream } from 'node:fs';
import { copyFile, constants as fsConstants, rename, rm, stat, utimes } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Agent, interceptors, request } from 'undici';
import type { FetchSource } from './fetcher-plan.ts';

/** A server that sends nothing for this long is given up, as by --fetcher_stall_timeout of Mesos. */
const stallMs = 60_000;
const mostRedirects = 10;

export async function download(source: FetchSource, file: string, signal: AbortSignal): Promise<void> {
  const part = `${file}.part`;
  try {
    if (source.kind === 'http') await fromHttp(source.url, part, signal);
    else await fromFile(source.path, part);
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}

async function fromHttp(url: string, file: string, signal: AbortSignal): Promise<void> {
  const agent = new Agent({ headersTimeout: stallMs, bodyTimeout: stallMs, connectTimeout: 10_000 });
  try {
    const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: mostRedirects }));
    const { statusCode, body } = await request(url, { dispatcher, signal });
    if (statusCode !== 200) {
      await body.dump();
      throw new Error(`the server answered ${statusCode}`);
    }
    await pipeline(body, createWriteStream(file), { signal });
  } finally {
    await agent.destroy();
  }
}

async function fromFile(path: string, file: string): Promise<void> {
  const status = await stat(path);
  if (!status.isFile()) throw new Error('it is no file');
  await copyFile(path, file, fsConstants.COPYFILE_FICLONE);
  await utimes(file, status.atime, status.mtime);
}
