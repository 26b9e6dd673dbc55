/** What lies in a FLINK_HOME: its version stands in the name of the flink-dist jar alone (VERSION files differ). */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Problem } from '../../lib/problem.ts';
import { isSupported } from './versions.ts';

export interface Distribution {
  readonly version: string;
  /** A FLINK_HOME, absolute: lib, plugins, bin, conf. */
  readonly home: string;
}

/** flink-dist-2.3.0.jar; vendors put a word of theirs behind the version, 1.13 the Scala version before it. */
const distJar = /^flink-dist(?:_2\.\d+)?-(\d+\.\d+\.\d+)(?:[-.].*)?\.jar$/;

export async function readFlinkHome(directory: string): Promise<Distribution> {
  const home = resolve(directory);
  const versions = (await listJars(home)).map((name) => distJar.exec(name)?.[1]).filter((found) => found !== undefined);
  const [version] = versions;
  if (version === undefined) {
    throw new Problem('USAGE', `${home} is no Flink: it has no lib/flink-dist-<version>.jar`, { details: { home } });
  }
  if (versions.length > 1) {
    throw new Problem('USAGE', `${home} holds more than one Flink: ${versions.join(', ')}`, { details: { home } });
  }
  if (!isSupported(version)) {
    throw new Problem(
      'FLINK_VERSION_UNKNOWN',
      `Flink ${version} in ${home} is too old: 1.20 is the oldest that runs here`,
    );
  }
  return { version, home };
}

async function listJars(home: string): Promise<string[]> {
  try {
    return await readdir(join(home, 'lib'));
  } catch (cause) {
    throw new Problem('USAGE', `${home} is no Flink: its lib directory cannot be read`, { details: { home }, cause });
  }
}
