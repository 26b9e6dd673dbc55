import type { Family } from '../parity-ids.ts';

export const taskMonitor: Family = {
  prefix: 'TM',
  title: 'Task monitor',
  source: "Flink 1.13's TaskMonitorTest",
  subjects: [
    'suspended: the goal is replaced',
    'suspended: a status is ignored',
    'connected with a new task',
    'connected with a launched task',
    'connected with a released task',
    'launched: staging',
    'a launched task of before is asked after',
    'staging for too long is asked after',
    'a released task is killed',
    'killing: the goal is updated',
    'killing: a second kill after a while',
    'STAGING in each state',
    'RUNNING in each state',
    'KILLED in each state',
    'released and yet RUNNING: killed',
    'released and KILLED: ended',
    'disconnected: suspended, the goal kept',
    'released in each state: killed',
  ],
  leftOut: {},
};
