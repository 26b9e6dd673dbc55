/** The composition root: one program, its subcommands. What each of them puts together stands in src/main/. */
import { Command } from 'commander';
import { addClientCommands, processIo, runProgram } from './cli/client.ts';
import { addCompletionCommand } from './cli/commands/completion.ts';
import { addLocalMesosCommand } from './main/local-mesos-command.ts';
import { addSchedulerCommand } from './main/scheduler-command.ts';
import { addStartCommand } from './main/start-command.ts';
import { outliveReaders } from './main/streams.ts';
import { version } from './main/version.ts';

const io = processIo();
const program = new Command('flink-mesos').description('Apache Flink on Apache Mesos').version(version);
addClientCommands(program, io, [addCompletionCommand]);
outliveReaders(program);
addStartCommand(program);
addSchedulerCommand(program);
addLocalMesosCommand(program);

process.exitCode = await runProgram(program, process.argv.slice(2), io);
