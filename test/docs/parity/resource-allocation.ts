import type { Family } from '../parity-ids.ts';

export const resourceAllocation: Family = {
  prefix: 'RA',
  title: 'Taking resources',
  source: "Flink 1.13's MesosResourceAllocationTest",
  subjects: [
    'reserved before unreserved',
    'which roles may take what',
    'another name or type takes nothing',
    'a scalar: part, whole, spanning two',
    'a scalar runs out',
    'ranges: part, whole, several, spanning',
    'ranges run out',
  ],
  leftOut: {},
};
