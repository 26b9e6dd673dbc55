/**
 * Unpacks an archive into a sandbox, with the system's tar and unzip. It is unpacked into a closed directory beside the
 * task's files first, and looked through: members that are absolute or climb out, and links that lead out of the
 * sandbox, refuse the whole archive. Only then its files take their places. Modification times are kept: the JVM's
 * shared class archives depend on them.
 */
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdtemp, readdir, readlink, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';

export interface Extraction {
  readonly archive: string;
  /** The name that tells what it is: a cached file has none. */
  readonly name: string;
  readonly sandbox: string;
  readonly signal: AbortSignal;
}

const tarNames = /\.(tar|tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz)$/;
const zipNames = /\.zip$/;
const gzipNames = /\.gz$/;
const run = promisify(execFile);

export function isArchive(name: string): boolean {
  return tarNames.test(name) || zipNames.test(name) || gzipNames.test(name);
}

export async function extract({ archive, name, sandbox, signal }: Extraction): Promise<void> {
  const room = await mkdtemp(join(sandbox, '.fetch-'));
  try {
    if (tarNames.test(name)) await untar(archive, room, signal);
    else if (zipNames.test(name)) await unzip(archive, room, signal);
    else await gunzip(archive, join(room, basename(name).replace(gzipNames, '')), signal);
    await refuseLinksOut(room, room);
    await moveAll(room, sandbox);
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** What would lead out is stripped by tar, which says so; what it strips we refuse. */
async function untar(archive: string, room: string, signal: AbortSignal): Promise<void> {
  const { stderr } = await runTool('tar', ['-x', '-o', '-f', archive, '-C', room], signal);
  if (/Removing leading|Member name contains/.test(stderr)) throw leadsOut(stderr);
}

/** unzip strips in silence, but lists names quickly. */
async function unzip(archive: string, room: string, signal: AbortSignal): Promise<void> {
  const { stdout } = await runTool('unzip', ['-Z1', archive], signal);
  const bad = stdout.split('\n').find((name) => name.startsWith('/') || name.split(/[/\\]/).includes('..'));
  if (bad !== undefined) throw leadsOut(bad);
  await runTool('unzip', ['-q', '-o', '-d', room, archive], signal);
}

function leadsOut(what: string): Error {
  return new Error(`it holds members that lead out of the sandbox: ${what.trim().slice(0, 500)}`);
}

async function runTool(tool: string, args: string[], signal: AbortSignal): Promise<{ stdout: string; stderr: string }> {
  try {
    return await run(tool, args, { signal, maxBuffer: 64 * 1024 ** 2, env: { ...process.env, LC_ALL: 'C' } });
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT') throw new Error(`'${tool}' is not installed, and the archive needs it`);
    throw new Error(`'${tool}' could not unpack it: ${(stderr ?? message).trim().slice(0, 500)}`);
  }
}

function gunzip(archive: string, file: string, signal: AbortSignal): Promise<void> {
  return pipeline(createReadStream(archive), createGunzip(), createWriteStream(file), { signal });
}

async function refuseLinksOut(directory: string, room: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await refuseLinksOut(path, room);
    if (!entry.isSymbolicLink()) continue;
    const target = resolve(dirname(path), await readlink(path));
    if (target !== room && !target.startsWith(`${room}/`))
      throw new Error(`its link ${path.slice(room.length + 1)} leads out of the sandbox`);
  }
}

/** Directories that are there already are filled, files are replaced; links are never followed. */
async function moveAll(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    const present = await lstat(target).catch(() => undefined);
    if (entry.isDirectory() && present?.isDirectory()) {
      await moveAll(source, target);
      continue;
    }
    if (present !== undefined) await rm(target, { recursive: true, force: true });
    await rename(source, target);
  }
}
