/** The one program that an application cluster runs: where its jar is, and how it is started. */
import { type Static, Type } from 'typebox';

/** What says the same of an application as of a job in a session cluster. */
export const programFields = {
  entryClass: Type.Optional(Type.String({ pattern: '^[A-Za-z_$][A-Za-z0-9_.$]*$', maxLength: 512 })),
  args: Type.Optional(Type.Array(Type.String({ maxLength: 4096 }), { maxItems: 256 })),
  parallelism: Type.Optional(Type.Integer({ minimum: 1, maximum: 32768 })),
  savepointPath: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
  allowNonRestoredState: Type.Optional(Type.Boolean()),
};

export const ApplicationJar = Type.Union([
  Type.Object(
    { id: Type.String({ minLength: 1, maxLength: 256, description: 'of a jar that was uploaded to /v1/jars' }) },
    { additionalProperties: false },
  ),
  Type.Object(
    { uri: Type.String({ minLength: 1, maxLength: 2048, description: "from where the agent's fetcher brings it" }) },
    { additionalProperties: false },
  ),
  Type.Object(
    { path: Type.String({ pattern: '^/', maxLength: 1024, description: 'where every agent, or the image, has it' }) },
    { additionalProperties: false },
  ),
]);
export type ApplicationJar = Static<typeof ApplicationJar>;

export const ApplicationSpec = Type.Object(
  { jar: ApplicationJar, ...programFields },
  { additionalProperties: false, description: 'the cluster runs this program alone, and ends with it' },
);
export type ApplicationSpec = Static<typeof ApplicationSpec>;
