/** `dcos flink`: the plugin's program. It is bundled to one file (bin/dcos-plugin/) and started by bin/dcos-flink. */
import { pluginVersion, runDcosFlink } from './dcos-flink.ts';

process.stdout.on('error', endWithReader);
process.stderr.on('error', endWithReader);
process.exitCode = await runDcosFlink(process.argv.slice(2), pluginVersion());

/** `dcos flink events | head` has seen enough. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  process.exit(0);
}
