/** What every process of a cluster is given besides its Flink: who runs it, how it ends, what is said of it, what it finds. */
import { type Static, Type } from 'typebox';
import { Container } from './container-spec.ts';

const uri = Type.String({ minLength: 1, maxLength: 2048 });
const fileName = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' });
const cache = Type.Boolean({ description: 'keep it on the agent for the next process there' });

/** A jar that the agent fetches; its name is the last part of its address, unless another is given. */
export const JarUri = Type.Object(
  { value: uri, fileName: Type.Optional(fileName), cache: Type.Optional(cache) },
  { additionalProperties: false },
);
export type JarUri = Static<typeof JarUri>;

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
            value: uri,
            extract: Type.Optional(Type.Boolean({ description: 'unpack an archive; default: true, as Mesos has it' })),
            executable: Type.Optional(Type.Boolean()),
            cache: Type.Optional(cache),
            fileName: Type.Optional(fileName),
          },
          { additionalProperties: false },
        ),
        { maxItems: 32 },
      ),
    ),
    container: Type.Optional(Container),
    classArchives: Type.Optional(
      Type.Union([Type.Literal(false), Type.String({ pattern: '^/[^\\s"\'\\\\$`]{0,255}$' })], {
        description:
          "directory of the agents in which Flink's classes are kept as the JVM maps them; default: /var/tmp",
      }),
    ),
    /** On the class path of Flink itself, as what lies in its lib directory: connectors, formats, queryable state. */
    libraries: Type.Optional(Type.Array(JarUri, { maxItems: 64 })),
    /** Each with a class loader of its own, as the directories below Flink's plugins: file systems, metrics reporters. */
    plugins: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }),
        Type.Array(JarUri, { minItems: 1, maxItems: 16 }),
        {
          additionalProperties: false,
          maxProperties: 32,
        },
      ),
    ),
  },
  { additionalProperties: false },
);
export type ProcessOptions = Static<typeof ProcessOptions>;
