/**
 * Python's pip fetches Flink: it knows the package index, the proxy and the certificates that this machine is set up
 * for. pip of any Python will do: it is told to fetch what Python 3.11 on Linux would get, for nothing of it is run.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Problem } from '../../lib/problem.ts';
import { isSupported, type PinnedVersion, unknownVersion } from './versions.ts';

export interface PipRequest {
  readonly version: string;
  readonly pinned: PinnedVersion | undefined;
  /** Empty; it holds the two files afterwards, and pip's own half-fetched ones below `tmp` until then. */
  readonly directory: string;
  readonly signal: AbortSignal | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly onBytes: (bytes: number) => void;
}

export interface FetchedPackages {
  readonly scripts: string;
  readonly libraries: string;
}

export async function downloadPackages(request: PipRequest): Promise<FetchedPackages> {
  const { directory, pinned, version } = request;
  const [command, ...first] = await findPip(request);
  const temporary = join(directory, 'tmp');
  await mkdir(temporary, { recursive: true });
  const requirements = join(directory, 'requirements.txt');
  await writeFile(requirements, requirementsOf(version, pinned));

  const watch = setInterval(() => void bytesBelow(directory).then(request.onBytes), 500);
  try {
    const args = [...first, ...downloadArguments(directory, requirements)];
    const { code, stderr } = await runPip(command, args, { ...request.env, TMPDIR: temporary }, request.signal);
    if (code !== 0) throw explain(version, code, stderr);
  } finally {
    clearInterval(watch);
  }
  return findPackages(directory, version);
}

/** Wheels where there are any, else the source package (1.20's libraries), which we unpack and never build. */
function downloadArguments(directory: string, requirements: string): string[] {
  const target = ['--python-version', '311', '--platform', 'manylinux2014_x86_64', '--implementation', 'cp'];
  const quiet = ['--no-input', '--progress-bar', 'off', '--disable-pip-version-check', '--no-cache-dir'];
  return ['download', '--no-deps', '--prefer-binary', ...target, ...quiet, '--dest', directory, '-r', requirements];
}

function requirementsOf(version: string, pinned: PinnedVersion | undefined): string {
  const line = (name: string, sha256: string | undefined) =>
    `${name}==${version}${sha256 === undefined ? '' : ` --hash=sha256:${sha256}`}\n`;
  return line('apache-flink', pinned?.scripts.sha256) + line('apache-flink-libraries', pinned?.libraries.sha256);
}

const pips = [['pip3'], ['pip'], ['python3', '-m', 'pip'], ['python', '-m', 'pip']] as const;

async function findPip({ env, signal }: PipRequest): Promise<readonly [string, ...string[]]> {
  for (const [command, ...first] of pips) {
    const { code } = await runPip(command, [...first, '--version'], env, signal);
    if (code === 0) return [command, ...first];
  }
  throw new Problem(
    'MISSING_TOOL',
    "Python's pip was not found, which Apache Flink is downloaded with. Debian/Ubuntu: sudo apt-get install python3-pip; " +
      'Fedora/RHEL: sudo dnf install python3-pip; macOS: brew install python. Or set FLINK_HOME to a Flink that you have',
  );
}

interface PipResult {
  /** Undefined where the program cannot be started. */
  readonly code: number | undefined;
  readonly stderr: string;
}

async function runPip(command: string, args: string[], env: NodeJS.ProcessEnv, signal: AbortSignal | undefined) {
  signal?.throwIfAborted();
  const pip = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  const stop = () => pip.kill('SIGTERM');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const [stderr] = await Promise.all([text(pip.stderr), once(pip, 'close')]);
    signal?.throwIfAborted();
    return { code: pip.exitCode ?? -1, stderr } satisfies PipResult;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Error && 'syscall' in error)
      return { code: undefined, stderr: error.message } satisfies PipResult;
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** pip has no exit codes of its own: what went wrong stands in its words. */
function explain(version: string, code: number | undefined, stderr: string): Problem {
  const found = /\(from versions: ([^)]*)\)/.exec(stderr)?.[1];
  const versions = (found ?? '').split(', ').filter((name) => /^\d+\.\d+\.\d+$/.test(name) && isSupported(name));
  if (versions.length > 0 && !versions.includes(version)) return unknownVersion(version, undefined, versions);
  const what = /DO NOT MATCH THE HASHES/i.test(stderr)
    ? `the package index offers a Flink ${version} that is not the one this project knows (its SHA-256 differs)`
    : `pip could not download Flink ${version} (exit code ${code ?? 'none'})`;
  const lines = stderr.trim().split('\n').slice(-12).join('\n');
  return new Problem('DOWNLOAD_FAILED', `${what}. pip said:\n${lines}`, { details: { version } });
}

async function findPackages(directory: string, version: string): Promise<FetchedPackages> {
  const names = await readdir(directory);
  const find = (start: RegExp) => names.find((name) => start.test(name) && /\.(whl|tar\.gz)$/.test(name));
  const scripts = find(/^apache[-_]flink-\d/);
  const libraries = find(/^apache[-_]flink[-_]libraries-\d/);
  if (scripts === undefined || libraries === undefined) {
    throw new Problem(
      'DOWNLOAD_FAILED',
      `pip ended well, but the packages of Flink ${version} are not there: ${names.join(', ')}`,
    );
  }
  return { scripts: join(directory, scripts), libraries: join(directory, libraries) };
}

async function bytesBelow(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    // pip moves its files while we look.
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        (found) => found.size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
