/** What a process needs of its agent besides cpus, memory, disk and ports: any scalar that agents offer, by its name there. */
import { type Static, Type } from 'typebox';

export const OtherResources = Type.Record(
  Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$' }),
  Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000_000, multipleOf: 0.001 }),
  { additionalProperties: false, maxProperties: 20, description: 'other scalars of agents: {"gpus": 1}' },
);
export type OtherResources = Static<typeof OtherResources>;
