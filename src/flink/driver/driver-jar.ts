/**
 * The jar beside an unmodified Flink that makes it elastic: its entry points take the place of Flink's standalone ones in
 * the JobManager's command. Compiled with any supported Flink it is the same and runs on all of them.
 */
import { fileURLToPath } from 'node:url';
import { buildJar } from '../distribution/java-build.ts';

export { driverEnvironment, entryPoints } from './names.ts';

const sourceDirectory = fileURLToPath(new URL('java', import.meta.url));

export function buildDriverJar(flinkHome: string, outDir: string): Promise<string> {
  return buildJar({ name: 'flink-mesos-driver', sourceDirectory, flinkHome, outDir });
}
