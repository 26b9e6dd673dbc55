/**
 * Where the processes of a cluster may run and how it stands beside other clusters, as users write it. Constraints are
 * Marathon's: `["hostname", "UNIQUE"]`, `["@zone", "GROUP_BY", "3"]`.
 */
import { type Static, Type } from 'typebox';

const text = Type.String({ minLength: 1, maxLength: 256 });

export const Constraint = Type.Union([Type.Tuple([text, text]), Type.Tuple([text, text, text])], {
  description:
    'field (hostname, @region, @zone or an attribute of the agents), operator (UNIQUE, CLUSTER, GROUP_BY, LIKE, UNLIKE, MAX_PER, IS, IS_NOT), value',
});
export type Constraint = Static<typeof Constraint>;

/** Of the JobManager, of each TaskManager. */
export const constraintFields = {
  constraints: Type.Optional(Type.Array(Constraint, { maxItems: 20, description: 'an agent that breaks one is none' })),
  preferences: Type.Optional(
    Type.Array(Constraint, { maxItems: 20, description: 'an agent that breaks one is taken when there is no better' }),
  ),
};

/** Of TaskManagers: their places outlast them. */
export const Kept = Type.Object(
  {
    volumeMiB: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 64 * 1024 * 1024, description: 'a persistent volume, beside diskMiB' }),
    ),
    volumePath: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$', description: 'in the sandbox; default volume' }),
    ),
  },
  { additionalProperties: false, description: 'resources are reserved, and kept for the next TaskManager' },
);
export type Kept = Static<typeof Kept>;

/** Of TaskManagers: the state of one that was lost is taken over by the next one on its agent. */
export const LocalRecovery = Type.Object(
  {
    directory: Type.Optional(
      Type.String({
        pattern: '^/[^\\0]*$',
        maxLength: 512,
        description: 'of every agent, writable for the processes; default: in the volume of kept',
      }),
    ),
  },
  { additionalProperties: false, description: 'one slot a TaskManager' },
);
export type LocalRecovery = Static<typeof LocalRecovery>;

export const ClusterPlacement = Type.Object(
  {
    role: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: 'the Mesos role whose resources it takes' }),
    ),
    spreadOver: Type.Optional(
      Type.Array(text, {
        maxItems: 5,
        description: 'TaskManagers in equal numbers over the values of each, such as @zone',
      }),
    ),
    awayFrom: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 40 }), {
        maxItems: 100,
        description: 'clusters with which it shares no agent',
      }),
    ),
    exclusive: Type.Optional(Type.Boolean({ description: 'it shares its agents with no other cluster' })),
    fitness: Type.Optional(
      Type.Union([Type.Literal('pack'), Type.Literal('spread')], {
        description: 'the fullest agent that has room, or the emptiest',
      }),
    ),
    priority: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1000, description: 'a higher one is served first; default 0' }),
    ),
    weight: Type.Optional(
      Type.Number({ minimum: 0.01, maximum: 1000, description: 'share among those of its priority; default 1' }),
    ),
    limit: Type.Optional(
      Type.Object(
        {
          cpus: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000 })),
          memoryMiB: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 ** 40 })),
          tasks: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
        },
        { additionalProperties: false, description: 'what all its processes together may hold' },
      ),
    ),
  },
  { additionalProperties: false },
);
export type ClusterPlacement = Static<typeof ClusterPlacement>;

export interface Constraints {
  readonly constraints?: Constraint[];
  readonly preferences?: Constraint[];
}
