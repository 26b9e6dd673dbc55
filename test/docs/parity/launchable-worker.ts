import type { Family } from '../parity-ids.ts';

export const launchableWorker: Family = {
  prefix: 'LW',
  title: 'What is launched',
  source: "Flink 1.13's LaunchableMesosWorkerTest",
  subjects: [
    'port names: the two and the configured',
    'none configured: the two',
    'configuration reaches the command',
    'ports are distinct and bound to their names',
    'too few ports: an error',
    "the host's name follows the task",
    'with and without an image',
    'volumes, environment, URIs, user, labels',
    'reservations stay on what is taken',
  ],
  leftOut: {
    'LW-6': "no: a process is reached by its agent's host name, and Mesos-DNS finds it by its discovery information",
  },
};
