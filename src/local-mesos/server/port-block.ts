/**
 * Which ports an embedded agent offers. Agents of several embedded Meses, of one test run beside another, must not offer
 * the same ports; so each agent claims a block of a hundred by listening on its first port, which it does not offer. The
 * block of before is asked for first: tasks that outlived the agent hold ports of it. For the same reason nobody else takes a
 * block where somebody listens: a process that was given such a port could not start.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Problem } from '../../lib/problem.ts';
import type { Range } from '../../mesos-api-client/protocol/mesos.ts';

export interface PortBlock {
  readonly range: Range;
  release(): Promise<void>;
}

const BLOCK_SIZE = 100;

/** Mesos' own range as far as Linux takes no ports for outgoing connections from it, then what lies below. */
const firstPorts: readonly number[] = [...blocksOf(31_000, 32_600), ...blocksOf(21_000, 30_900)];

export async function claimPortBlock(workDir: string, candidates = firstPorts): Promise<PortBlock> {
  const file = join(workDir, 'first-port');
  const before = readFirstPort(file);
  for (const first of before !== undefined && candidates.includes(before) ? [before, ...candidates] : candidates) {
    const guard = await listenOn(first);
    if (guard === undefined) continue;
    if (first !== before && (await isUsed(first))) {
      await close(guard);
      continue;
    }
    writeFileSync(file, `${first}\n`);
    return {
      range: { begin: first + 1, end: first + BLOCK_SIZE - 1 },
      release: () => close(guard),
    };
  }
  throw new Problem(
    'PORT_IN_USE',
    `no block of ${BLOCK_SIZE} ports is free for an agent: other embedded agents hold them all`,
  );
}

function blocksOf(first: number, last: number): number[] {
  return Array.from({ length: (last - first) / BLOCK_SIZE + 1 }, (_, index) => first + index * BLOCK_SIZE);
}

async function isUsed(first: number): Promise<boolean> {
  const ports = Array.from({ length: BLOCK_SIZE - 1 }, (_, index) => first + 1 + index);
  const held = await Promise.all(ports.map((port) => listenOn(port)));
  await Promise.all(held.map((server) => server && close(server)));
  return held.includes(undefined);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function readFirstPort(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve(server));
  });
}
