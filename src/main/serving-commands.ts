/** The commands that serve: each brings what it puts together. */
import type { Command } from 'commander';
import { addLocalMesosCommand } from './local-mesos-command.ts';
import { addSchedulerCommand } from './scheduler-command.ts';
import { addStartCommand } from './start-command.ts';

export function addServingCommands(program: Command): void {
  addStartCommand(program);
  addSchedulerCommand(program);
  addLocalMesosCommand(program);
}
