/**
 * The composition root: one program, its subcommands. What each of them puts together stands in src/main/. What serves is loaded
 * when it is asked for, or shown: a command that asks a scheduler needs none of it.
 */
import { Command } from 'commander';
import { addClientCommands, processIo, runProgram } from './cli/client.ts';
import { addCompletionCommand } from './cli/commands/completion.ts';
import { outliveReaders } from './main/streams.ts';
import { version } from './main/version.ts';

const io = processIo();
const argv = process.argv.slice(2);
const program = new Command('flink-mesos').description('Apache Flink on Apache Mesos').version(version);
addClientCommands(program, io, [addCompletionCommand]);
outliveReaders(program);
if (!asksScheduler(argv[0])) {
  const { addServingCommands } = await import('./main/serving-commands.ts');
  addServingCommands(program);
}

process.exitCode = await runProgram(program, argv, io);

function asksScheduler(word: string | undefined): boolean {
  if (word === '--version' || word === '-V') return true;
  const command = program.commands.find(
    (each) => word !== undefined && [each.name(), ...each.aliases()].includes(word),
  );
  return command !== undefined && command.name() !== 'completion';
}
