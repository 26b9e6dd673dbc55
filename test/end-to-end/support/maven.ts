/** Artifacts of Maven Central, kept in the cache: what tests need of others that is in no npm or Python package. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultCacheDir } from '../../../src/main/directories.ts';
import { patienceMs } from './process.ts';

const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';

/** The path of the jar GROUP:NAME:VERSION. */
export async function mavenJar(coordinates: string): Promise<string> {
  const [, name, version] = coordinates.split(':');
  const directory = join(defaultCacheDir(), 'test');
  const jar = join(directory, `${name}-${version}.jar`);
  if (existsSync(jar)) return jar;
  await mkdir(directory, { recursive: true });
  const args = ['-q', '-B', goal, `-Dartifact=${coordinates}`, `-DoutputDirectory=${directory}`];
  await promisify(execFile)('mvn', args, { timeout: patienceMs, cwd: directory });
  if (!existsSync(jar)) throw new Error(`Maven brought no ${coordinates}`);
  return jar;
}
