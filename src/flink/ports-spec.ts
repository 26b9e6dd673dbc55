/** Ports of a process beside those that Flink always needs: a metrics reporter's, queryable state's. From offers, too. */
import { type Static, Type } from 'typebox';

export const ProcessPorts = Type.Record(
  Type.String({ pattern: '^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$', description: 'name of the port' }),
  Type.Object(
    {
      option: Type.Optional(
        Type.String({
          pattern: '^[A-Za-z0-9_.-]+$',
          maxLength: 256,
          description: 'the Flink option that is given the number; a port of Flink itself has its own',
        }),
      ),
      vip: Type.Optional(
        Type.String({
          pattern: '^/[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?:[1-9][0-9]{0,4}$',
          description: 'a virtual address of DC/OS for it, "/NAME:PORT"',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  { additionalProperties: false, maxProperties: 16 },
);
export type ProcessPorts = Static<typeof ProcessPorts>;
