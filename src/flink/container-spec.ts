/** The container of a cluster's processes: an image, volumes of the agents, a network of its own. */
import { type Static, Type } from 'typebox';

const path = Type.String({ pattern: '^/', maxLength: 1024 });

export const Container = Type.Object(
  {
    type: Type.Optional(
      Type.Union([Type.Literal('mesos'), Type.Literal('docker')], {
        description: "by which of Mesos' containerizers; default: mesos, which takes Docker images too",
      }),
    ),
    image: Type.Optional(Type.String({ minLength: 1, maxLength: 512, description: 'of Docker; without one: none' })),
    forcePull: Type.Optional(Type.Boolean({ description: 'even where the agent has it; default: false' })),
    network: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$',
        description: "a network that gives each process an address of its own; default: the agent's",
      }),
    ),
    networkLabels: Type.Optional(
      Type.Record(Type.String({ pattern: '^.{1,128}$' }), Type.String({ maxLength: 256 }), {
        maxProperties: 64,
        description: "what that network's plugin is told beside its name",
      }),
    ),
    parameters: Type.Optional(
      Type.Array(
        Type.Object(
          { key: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }), value: Type.String({ maxLength: 1024 }) },
          { additionalProperties: false },
        ),
        { maxItems: 64, description: 'options of `docker run`, for type docker; a key may come several times' },
      ),
    ),
    volumes: Type.Optional(
      Type.Array(
        Type.Object(
          { containerPath: path, hostPath: path, readOnly: Type.Optional(Type.Boolean()) },
          { additionalProperties: false },
        ),
        { maxItems: 32 },
      ),
    ),
  },
  { additionalProperties: false },
);
export type Container = Static<typeof Container>;
