/** What a process needs of its agent besides cpus, memory, disk and ports: scalars that agents offer, named sets that they state. */
import { type Static, Type } from 'typebox';

export const OtherResources = Type.Record(
  Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$' }),
  Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000_000, multipleOf: 0.001 }),
  { additionalProperties: false, maxProperties: 20, description: 'other scalars of agents: {"gpus": 1}' },
);
export type OtherResources = Static<typeof OtherResources>;

/** Of the sets of a name that an agent has, one that belongs to the value, and so many of its sub-resources. */
export const NamedSets = Type.Record(
  Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$' }),
  Type.Object(
    {
      value: Type.String({ minLength: 1, maxLength: 256 }),
      amount: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    },
    { additionalProperties: false },
  ),
  { additionalProperties: false, maxProperties: 10 },
);
export type NamedSets = Static<typeof NamedSets>;
