/** The few fields that are read of Flink's REST answers (1.20 and 2.x alike), checked before they are believed. */
import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';

export const TaskManagersAnswer = Type.Object({
  taskmanagers: Type.Array(Type.Object({ id: Type.String(), slotsNumber: Type.Integer(), freeSlots: Type.Integer() })),
});

export const JobsAnswer = Type.Object({
  jobs: Type.Array(
    Type.Object({
      jid: Type.String({ pattern: '^[0-9a-f]{32}$' }),
      name: Type.String(),
      state: Type.String(),
      'start-time': Type.Number(),
      tasks: Type.Object({ total: Type.Integer(), running: Type.Integer() }),
    }),
  ),
});

const CheckpointPlace = Type.Union([
  Type.Null(),
  Type.Object({ external_path: Type.Optional(Type.Union([Type.String(), Type.Null()])) }),
]);

export const CheckpointsAnswer = Type.Object({
  counts: Type.Object({ completed: Type.Integer() }),
  latest: Type.Object({ completed: Type.Optional(CheckpointPlace), restored: Type.Optional(CheckpointPlace) }),
});

/** "root-exception" in 1.20; in 2.x only the history is left. */
export const ExceptionsAnswer = Type.Object({
  'root-exception': Type.Optional(Type.Union([Type.String(), Type.Null()])),
  exceptionHistory: Type.Optional(
    Type.Object({ entries: Type.Array(Type.Object({ stacktrace: Type.Optional(Type.String()) })) }),
  ),
});

/** The JobManager's effective configuration. */
export const ConfigurationAnswer = Type.Array(Type.Object({ key: Type.String(), value: Type.String() }));

export const TriggerAnswer = Type.Object({ 'request-id': Type.String({ pattern: '^[0-9a-f]{32}$' }) });

export const OperationAnswer = Type.Object({
  status: Type.Object({ id: Type.String() }),
  operation: Type.Optional(
    Type.Union([
      Type.Null(),
      Type.Object({
        location: Type.Optional(Type.String()),
        'failure-cause': Type.Optional(
          Type.Union([
            Type.Null(),
            Type.Object({ class: Type.Optional(Type.String()), 'stack-trace': Type.Optional(Type.String()) }),
          ]),
        ),
      }),
    ]),
  ),
});

/** By vertex. */
export const RequirementsAnswer = Type.Record(Type.String(), Type.Unknown());

export const UploadAnswer = Type.Object({ filename: Type.String() });
export const RunAnswer = Type.Object({ jobid: Type.String() });
export const Anything = Type.Unknown();

/** Throws where Flink said something of another shape. */
export function believe<Schema extends TSchema>(schema: Schema, body: unknown, what: string): Static<Schema> {
  if (Value.Check(schema, body)) return body as Static<Schema>;
  throw new Error(`Flink's answer to ${what} has an unknown shape`);
}
