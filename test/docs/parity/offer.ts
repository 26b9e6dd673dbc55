import type { Family } from '../parity-ids.ts';

export const offer: Family = {
  prefix: 'OF',
  title: 'Offers',
  source: "Flink 1.13's OfferTest",
  subjects: [
    'host, agent, id, attributes',
    'an empty offer; reserved and unreserved summed, ports in order',
    'cpus',
    'gpus',
    'memory',
    'network',
    'disk',
    'port ranges',
    'attributes by name',
    'a custom network name; sets and texts are ignored',
  ],
  leftOut: {},
};
