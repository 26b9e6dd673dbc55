/**
 * Java sources of this project as a jar, compiled with the jars of a Flink. A jar that was built from the same sources
 * for the same Flink is used again; it gets its name when it is complete. Equal sources make equal jars.
 */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { Problem } from '../../lib/problem.ts';
import { readFlinkHome } from './flink-home.ts';

export interface JavaBuild {
  /** The jar's file is called NAME-<version of Flink>-<key of the sources>.jar. */
  readonly name: string;
  readonly sourceDirectory: string;
  readonly flinkHome: string;
  readonly outDir: string;
  readonly mainClass?: string;
}

/** 11 is the oldest Java that both Flink 1.20 and 2.x support. */
const javaRelease = '11';
/** One time for all entries. */
const jarDate = '2026-01-01T00:00:00Z';

export async function buildJar(build: JavaBuild): Promise<string> {
  const { home, version } = await readFlinkHome(build.flinkHome);
  const sources = await listSources(build.sourceDirectory);
  const key = await keyOf(build, sources, version);
  const jar = resolve(build.outDir, `${build.name}-${version}-${key}.jar`);
  if (await stat(jar).catch(() => undefined)) return jar;

  const work = resolve(build.outDir, `.building-${process.pid}-${randomUUID().slice(0, 8)}`);
  const classes = join(work, 'classes');
  await mkdir(classes, { recursive: true });
  try {
    const classPath = join(home, 'lib', '*');
    await javaTool('javac', ['--release', javaRelease, '-proc:none', '-cp', classPath, '-d', classes, ...sources]);
    const fresh = join(work, 'fresh.jar');
    const main = build.mainClass === undefined ? [] : ['--main-class', build.mainClass];
    await javaTool('jar', ['--create', '--file', fresh, ...main, '--date', jarDate, '-C', classes, '.']);
    await rename(fresh, jar);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return jar;
}

async function listSources(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true });
  const sources = names.filter((name) => name.endsWith('.java')).sort();
  return sources.map((name) => join(directory, name));
}

async function keyOf(build: JavaBuild, sources: readonly string[], version: string): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([version, javaRelease, jarDate, build.mainClass]));
  for (const source of sources)
    hash.update(`\0${source.slice(build.sourceDirectory.length)}\0`).update(await readFile(source));
  return hash.digest('hex').slice(0, 16);
}

async function javaTool(name: 'javac' | 'jar', args: readonly string[]): Promise<void> {
  const command = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', name) : name;
  const tool = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(tool, 'close').catch((cause: unknown) => {
    throw new Problem('MISSING_TOOL', `${command} cannot be run: a JDK (17 or 21) is needed to build jars`, {
      cause,
    });
  });
  const [stdout, stderr] = await Promise.all([text(tool.stdout), text(tool.stderr), ended]);
  if (tool.exitCode !== 0)
    throw new Problem('BUILD_FAILED', `${name} ended with ${tool.exitCode}:\n${stdout}${stderr}`.trim());
}
