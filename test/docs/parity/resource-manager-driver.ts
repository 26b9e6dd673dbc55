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
  leftOut: {
    'RM-4':
      'one framework serves many clusters: the end of a cluster ends its tasks and its record, and the framework stays (WS-8)',
    'RM-5':
      'one framework serves many clusters: the end of a cluster ends its tasks and its record, and the framework stays (WS-8)',
    'RM-6':
      'one framework serves many clusters: the end of a cluster ends its tasks and its record, and the framework stays (WS-8)',
    'RM-7':
      'one framework serves many clusters: the end of a cluster ends its tasks and its record, and the framework stays (WS-8)',
  },
};
