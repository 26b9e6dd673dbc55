import type { Family } from '../parity-ids.ts';

export const workerStore: Family = {
  prefix: 'WS',
  title: 'Records',
  source: "Flink 1.13's worker store",
  subjects: [
    'records survive being written and read',
    'framework id set, read, cleared',
    'ids are unique under concurrency',
    'put adds, then replaces',
    'remove says whether there was one',
    'all are recovered',
    'use before the start fails',
    'clean-up empties it',
    'an unreadable record: a clear error',
  ],
  leftOut: {},
};
