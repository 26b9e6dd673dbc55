/** `completion`: prints what a shell needs to complete commands and options. */
import type { Command } from 'commander';
import { bashCompletion } from '../completion.ts';
import type { ClientIo } from '../io.ts';

export function addCompletionCommand(program: Command, io: ClientIo): void {
  program
    .command('completion')
    .description(`completion for bash: source <(${program.name()} completion)`)
    .action(() => {
      io.stdout.write(bashCompletion(program));
    });
}
