/**
 * The jar beside an unmodified Flink that makes it elastic: its entry points take the place of Flink's standalone ones in
 * the JobManager's command. Compiled with any supported Flink it is the same and runs on all of them.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildJar } from '../distribution/java-build.ts';

export { driverEnvironment, entryPoints } from './names.ts';

const sourceDirectory = fileURLToPath(new URL('java', import.meta.url));

/** Built already, where this is an archive of a release: whoever runs it may have no Java to build with. */
export const shippedDriverJar = fileURLToPath(new URL('flink-mesos-driver.jar', import.meta.url));

export function buildDriverJar(flinkHome: string, outDir: string): Promise<string> {
  if (existsSync(shippedDriverJar)) return Promise.resolve(shippedDriverJar);
  return buildJar({ name: 'flink-mesos-driver', sourceDirectory, flinkHome, outDir });
}
