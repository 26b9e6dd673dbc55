import type { Family } from '../parity-ids.ts';

export const connectionManager: Family = {
  prefix: 'CM',
  title: 'Connection manager',
  source: "the state machine of Flink 1.13's ConnectionMonitor",
  subjects: [
    'started: connecting',
    'registered: connected',
    'registered again: connected',
    'no answer: tried again, and told',
    'disconnected: connecting',
    'stopped while connecting and connected',
  ],
  leftOut: {},
};
