import endToEnd from './ava.end-to-end.config.js';

/** What the end-to-end tests show on the newest Flink alone, on the oldest that is run. */
const files = [
  'draining',
  'elastic',
  'fixed-application',
  'jobmanager-ha',
  'maintenance',
  'python-job',
  'session-life',
];

export default {
  ...endToEnd,
  files: files.map((name) => `test/end-to-end/${name}.test.ts`),
  environmentVariables: { FLINK_MESOS_TEST_FLINK: '1.20.5' },
};
