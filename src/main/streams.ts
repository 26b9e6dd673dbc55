/** What becomes of a process whose output nobody reads any more: the terminal was closed, or `| head` has seen enough. */
import type { Command } from 'commander';

/** These have something to end in order; all others just answer. */
const services = new Set(['start', 'scheduler', 'local-mesos']);

export function outliveReaders(program: Command): void {
  program.hook('preAction', (_program, command) => {
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
        if (!services.has(command.name())) process.exit(0);
      });
    }
  });
}
