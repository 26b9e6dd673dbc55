/** Runs the driver around Fenzo: built once by Maven, outside the repository's tracked files. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Placement } from '../../src/scheduler/launch-coordinator/matching/index.ts';

export interface Passes {
  readonly warmUps: number;
  readonly passes: number;
  /** Of a workload that comes in rounds, so many are played. */
  readonly rounds: number;
}

export interface Outcome {
  readonly ms: readonly number[];
  readonly placements: readonly Placement[];
}

const run = promisify(execFile);
const source = join(import.meta.dirname, 'fenzo');
const build = join(import.meta.dirname, '../../node_modules/.cache/fenzo-driver');

export async function buildFenzoDriver(): Promise<void> {
  try {
    await run('mvn', ['-q', '-B', '-f', join(source, 'pom.xml'), `-Ddriver.build=${build}`, 'package']);
  } catch (cause) {
    throw new Error('the driver around Fenzo was not built: it needs Maven (mvn) and Maven Central', { cause });
  }
}

export async function placeByFenzo(file: string, { warmUps, passes, rounds }: Passes): Promise<Outcome> {
  const classPath = `${join(build, 'fenzo-driver.jar')}:${join(build, 'lib', '*')}`;
  const heap = ['-Xms2g', '-Xmx2g', '-XX:+UseParallelGC'];
  const counts = [warmUps, passes, rounds].map(String);
  const { stdout } = await run('java', [...heap, '-cp', classPath, 'flinkmesos.bench.FenzoDriver', file, ...counts], {
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(stdout);
}
