export default {
  files: ['test/**/*.test.ts', '!test/end-to-end/**'],
  extensions: { ts: 'module' },
  timeout: '2m',
};
