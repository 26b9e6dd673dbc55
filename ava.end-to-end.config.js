// Real Flinks and real processes: one file at a time, with time for machines that are slow.
export default {
  files: ['test/end-to-end/**/*.test.ts'],
  extensions: { ts: 'module' },
  concurrency: 1,
  timeout: '10m',
};
