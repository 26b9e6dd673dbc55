import type { Family } from '../parity-ids.ts';

export const resourceManagerDriver: Family = {
  prefix: 'RM',
  title: 'Resource manager driver',
  source: "Flink 1.13's MesosResourceManagerDriverTest",
  subjects: [
    'leadership starts the connection',
    'recovers the launched workers alone',
    'a lost leadership keeps the framework',
    'deregistered: succeeded',
    'deregistered: failed',
    'deregistered: cancelled',
    'deregistered: unknown',
    'a request is recorded and launched with its memory',
    'a release forgets the place and kills',
    'an accepted offer completes the request',
    'a failed task is told to Flink with its id',
    'a lost leadership clears what was known',
  ],
  leftOut: {},
};
