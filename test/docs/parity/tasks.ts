import type { Family } from '../parity-ids.ts';

export const tasks: Family = {
  prefix: 'TK',
  title: 'Tasks',
  source: "Flink 1.13's TasksTest",
  subjects: [
    'a failure inside ends the process',
    'being connected is kept',
    'being connected reaches every task',
    'being disconnected clears it',
    'being disconnected reaches every task',
    'a goal creates a task',
    'a new task knows whether we are connected',
    'a goal reaches its task',
    'a status reaches its task',
    'a status of an unknown task: released',
    'a task asks for reconciliation',
    'an ended task is dropped',
    'an ended task is told',
  ],
  leftOut: {},
};
