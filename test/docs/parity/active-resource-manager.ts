import type { Family } from '../parity-ids.ts';

export const activeResourceManager: Family = {
  prefix: 'AR',
  title: 'Active resource manager',
  source: "Flink's ActiveResourceManagerTest",
  subjects: [
    'request, start, register',
    'a failed request is asked again',
    'dead before it registered: another',
    'dead after it registered: another',
    'not if it is no longer needed',
    'a connection is closed when its worker ends',
    'retry interval after too many deaths',
    'retry interval after too many failed requests',
    'a recovered worker registers',
    'an unknown worker is declined',
    'an error of the driver is fatal',
    'not registered in time: released',
    'the time to find a place does not count',
    'the same for recovered workers',
  ],
  leftOut: {
    'AR-6':
      "Flink's own ResourceManager closes it, in elastic clusters when it is told of the end (RM-11), in others by its heartbeats",
    'AR-11':
      'a driver of ours that cannot reach a scheduler waits and asks again: a scheduler that is away ends no JobManager',
  },
};
