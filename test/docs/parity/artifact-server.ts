import type { Family } from '../parity-ids.ts';

export const artifactServer: Family = {
  prefix: 'AS',
  title: 'Artifacts',
  source: "Flink 1.13's artifact server",
  subjects: [
    'GET: body and length',
    'HEAD',
    'another method',
    'an unknown file',
    'a file that was deleted',
    'a duplicate destination',
    'an absolute destination, a missing source',
    'TLS on and off',
    'an unknown artifact resolves to none',
    'an address that cannot be guessed',
  ],
  leftOut: {},
};
