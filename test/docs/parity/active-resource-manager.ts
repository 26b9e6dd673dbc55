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
  leftOut: {},
};
