import type { Family } from '../parity-ids.ts';

export const resourceManager: Family = {
  prefix: 'RL',
  title: 'Resource manager',
  source: "Flink 1.11's MesosResourceManagerTest",
  subjects: [
    'initialised',
    'recovers new, launched and released workers',
    'a new worker is recorded, watched, launched',
    'offers and rescinds reach the launch coordinator',
    'an accept is recorded first, and is exactly what was matched',
    'a status reaches reconciliation and tasks',
    'a TaskManager registers after its launch',
    'a launched worker fails and is replaced',
    'a worker is stopped',
    'shut down: the framework and the records go',
    'registered: the id is kept, all are told',
    'registered again: all are told',
    'disconnected: all are told',
    'leadership revoked and granted again',
  ],
  leftOut: {},
};
