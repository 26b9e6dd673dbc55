import type { Family } from '../parity-ids.ts';

export const reconciliationCoordinator: Family = {
  prefix: 'RC',
  title: 'Reconciliation coordinator',
  source: "Flink 1.13's ReconciliationCoordinatorTest",
  subjects: [
    'connected with nothing to ask',
    'connected with tasks to ask after',
    'suspended: questions are queued',
    'suspended: a status is ignored',
    'idle and disconnected',
    'idle and asked',
    'idle: a status is ignored',
    'entering sends the question',
    'disconnected: the queue is kept',
    'disconnected: attempts start anew',
    'a second question adds to the first',
    'the last answer ends it',
    'another answer does not',
    'an unknown id is ignored',
    'what is unanswered is asked again',
  ],
  leftOut: {},
};
