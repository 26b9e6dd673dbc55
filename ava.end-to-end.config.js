// Real Flink on real processes: one file at a time, so that they do not starve each other on two cores.
export default {
  files: ['test/end-to-end/**/*.test.ts'],
  extensions: { ts: 'module' },
  timeout: '10m',
  concurrency: 1,
};
