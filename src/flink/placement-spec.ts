/**
 * Where the processes of a cluster may run and how it stands beside other clusters, as users write it. Constraints are
 * Marathon's: `["hostname", "UNIQUE"]`, `["@zone", "GROUP_BY", "3"]`.
 */
import { type Static, Type } from 'typebox';

const text = Type.String({ minLength: 1, maxLength: 256 });

export const Constraint = Type.Union([Type.Tuple([text, text]), Type.Tuple([text, text, text])], {
  description:
    'field (hostname, @region, @zone or an attribute of the agents), operator (UNIQUE, CLUSTER, GROUP_BY, LIKE, UNLIKE, MAX_PER, IS, IS_NOT, NEAR, APART), value',
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

const cluster = Type.String({ minLength: 1, maxLength: 40 });
const weight = Type.Optional(
  Type.Number({ exclusiveMinimum: 0, maximum: 1000, description: 'beside the others; default 1' }),
);
const closed = { additionalProperties: false };

/** One measure of how good an agent is, from 0 to 1. */
const FitnessPart = Type.Union([
  Type.Object(
    {
      by: Type.Union([Type.Literal('pack'), Type.Literal('spread')]),
      of: Type.Optional(
        Type.String({
          pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$',
          description: 'cpus, memory, disk, ports or another scalar by its name; default: cpus and memory, half each',
        }),
      ),
      weight,
    },
    closed,
  ),
  Type.Object({ by: Type.Literal('least-fragmentation'), weight }, closed),
  Type.Object({ by: Type.Literal('former-agent'), weight }, closed),
  Type.Object({ by: Type.Literal('near'), cluster: Type.Optional(cluster), weight }, closed),
  Type.Object(
    { by: Type.Union([Type.Literal('prefer'), Type.Literal('avoid')]), field: text, value: text, weight },
    closed,
  ),
]);
export type FitnessPart = Static<typeof FitnessPart>;

const Fitness = Type.Union(
  [
    Type.Literal('pack'),
    Type.Literal('spread'),
    Type.Object(
      {
        parts: Type.Array(FitnessPart, { minItems: 1, maxItems: 10 }),
        goodEnough: Type.Optional(
          Type.Number({ minimum: 0, maximum: 1, description: 'the first agent with this mean is taken' }),
        ),
      },
      closed,
    ),
  ],
  {
    description: 'the fullest agent that has room, the emptiest, or the best by the weighted mean of several measures',
  },
);

const holding = {
  cpus: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000 })),
  memoryMiB: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 ** 40 })),
  tasks: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
};

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
    fitness: Type.Optional(Fitness),
    together: Type.Optional(
      Type.Boolean({ description: 'TaskManagers that wait at the same time are launched all or none' }),
    ),
    priority: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1000, description: 'a higher one is served first; default 0' }),
    ),
    weight: Type.Optional(
      Type.Number({ minimum: 0.01, maximum: 1000, description: 'share among those of its priority; default 1' }),
    ),
    limit: Type.Optional(
      Type.Object(holding, { additionalProperties: false, description: 'what all its processes together may hold' }),
    ),
    guarantee: Type.Optional(
      Type.Object(holding, {
        additionalProperties: false,
        description: 'until it holds this, it is served before others of its priority',
      }),
    ),
  },
  { additionalProperties: false },
);
export type ClusterPlacement = Static<typeof ClusterPlacement>;

export interface Constraints {
  readonly constraints?: Constraint[];
  readonly preferences?: Constraint[];
}
