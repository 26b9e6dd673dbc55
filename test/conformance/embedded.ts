/** The embedded Mesos as a process of its own, on a free port and a directory that is removed afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Target } from './http.ts';

export interface Embedded {
  readonly master: Target;
  close(): Promise<void>;
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export async function startEmbedded(options: readonly string[] = []): Promise<Embedded> {
  const workDir = mkdtempSync(join(tmpdir(), 'conformance-'));
  const args = [main, 'local-mesos', '--listen', '127.0.0.1:0', '--work-dir', workDir, ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const close = async () => {
    await stop(child);
    rmSync(workDir, { recursive: true, force: true });
  };
  try {
    return { master: await readiness(child), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** It says where it listens once its agents are registered. */
async function readiness(child: ChildProcess): Promise<Target> {
  if (child.stdout === null) throw new Error('the embedded Mesos has no output to read');
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /master at http:\/\/([\d.]+):(\d+)/.exec(line);
    if (address !== null) return { host: address[1] ?? '', port: Number(address[2]) };
  }
  throw new Error(`the embedded Mesos ended before it was ready (exit ${child.exitCode})`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
