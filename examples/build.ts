/**
 * The example jobs as a jar, built with the jars of the Flink that they are to run on. A jar that was built from the
 * same sources for the same Flink is used again; it gets its name when it is complete.
 */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { readFlinkHome } from '../src/flink/distribution/flink-home.ts';
import { Problem } from '../src/lib/problem.ts';

/** The main class of the jar; the others are chosen by their names. */
export const exampleClasses = {
  clickCounter: 'flinkmesos.examples.ClickCounter',
  stateWitness: 'flinkmesos.examples.StateWitness',
  sumOnce: 'flinkmesos.examples.SumOnce',
} as const;

/** 11 is the oldest Java that both Flink 1.20 and 2.x support. */
const javaRelease = '11';
/** One time for all entries, so that equal sources make equal jars. */
const jarDate = '2026-01-01T00:00:00Z';
const sourceDirectory = fileURLToPath(new URL('jobs', import.meta.url));

export async function buildExampleJar(flinkHome: string, outDir: string): Promise<string> {
  const { home, version } = await readFlinkHome(flinkHome);
  const sources = await listSources();
  const jar = resolve(outDir, `flink-mesos-examples-${version}-${await keyOf(sources, version)}.jar`);
  if (await stat(jar).catch(() => undefined)) return jar;

  const work = resolve(outDir, `.building-${process.pid}-${randomUUID().slice(0, 8)}`);
  const classes = join(work, 'classes');
  await mkdir(classes, { recursive: true });
  try {
    const classPath = join(home, 'lib', '*');
    await javaTool('javac', ['--release', javaRelease, '-proc:none', '-cp', classPath, '-d', classes, ...sources]);
    const fresh = join(work, 'examples.jar');
    const main = exampleClasses.clickCounter;
    await javaTool('jar', ['--create', '--file', fresh, '--main-class', main, '--date', jarDate, '-C', classes, '.']);
    await rename(fresh, jar);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return jar;
}

async function listSources(): Promise<string[]> {
  const names = await readdir(sourceDirectory, { recursive: true });
  const sources = names.filter((name) => name.endsWith('.java')).sort();
  return sources.map((name) => join(sourceDirectory, name));
}

async function keyOf(sources: readonly string[], version: string): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([version, javaRelease, jarDate]));
  for (const source of sources)
    hash.update(`\0${source.slice(sourceDirectory.length)}\0`).update(await readFile(source));
  return hash.digest('hex').slice(0, 16);
}

async function javaTool(name: 'javac' | 'jar', args: readonly string[]): Promise<void> {
  const command = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', name) : name;
  const tool = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(tool, 'close').catch((cause: unknown) => {
    throw new Problem('MISSING_TOOL', `${command} cannot be run: a JDK (17 or 21) is needed to build the examples`, {
      cause,
    });
  });
  const [stdout, stderr] = await Promise.all([text(tool.stdout), text(tool.stderr), ended]);
  if (tool.exitCode !== 0)
    throw new Problem('BUILD_FAILED', `${name} ended with ${tool.exitCode}:\n${stdout}${stderr}`.trim());
}
