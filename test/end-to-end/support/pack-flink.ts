/** A Flink as Apache publishes it: the name and the inner directory; not compressed, for jars are already (tar looks itself). */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export async function packFlink(home: string, directory: string, version: string): Promise<void> {
  const archive = join(directory, `flink-${version}-bin-scala_2.12.tgz`);
  const parts = ['lib', 'plugins', 'LICENSE'];
  await run('tar', ['-cf', archive, `--transform=s,^,flink-${version}/,`, '-C', home, ...parts]);
}
