/** What every process of a cluster is given besides its Flink: who runs it, how it ends, what is said of it, what it finds. */
import { type Static, Type } from 'typebox';

export const ProcessOptions = Type.Object(
  {
    user: Type.Optional(
      Type.String({
        pattern: '^[a-z_][a-z0-9_-]{0,31}$',
        description: "of the agents' system; default: the framework's",
      }),
    ),
    killGraceSeconds: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3600, description: 'between SIGTERM and SIGKILL; default: 15' }),
    ),
    labels: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$' }), Type.String({ maxLength: 1024 }), {
        additionalProperties: false,
      }),
    ),
    /** Fetched into the sandbox before the process starts. */
    uris: Type.Optional(
      Type.Array(
        Type.Object(
          {
            value: Type.String({ minLength: 1, maxLength: 2048 }),
            extract: Type.Optional(Type.Boolean({ description: 'unpack an archive; default: true, as Mesos has it' })),
            executable: Type.Optional(Type.Boolean()),
            cache: Type.Optional(Type.Boolean({ description: 'keep it on the agent for the next process there' })),
            fileName: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' })),
          },
          { additionalProperties: false },
        ),
        { maxItems: 32 },
      ),
    ),
  },
  { additionalProperties: false },
);
export type ProcessOptions = Static<typeof ProcessOptions>;
