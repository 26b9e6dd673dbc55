/**
 * What a user may ask for: the specification of a cluster and of a job, as JSON schemas that are checked, typed and
 * published in one. Sizes are judged further in dispatcher/validate.ts.
 */
import { type Static, Type } from 'typebox';
import { ApplicationSpec, programFields } from './application-spec.ts';
import { ClusterPlacement, type Constraints, constraintFields, Kept, LocalRecovery } from './placement-spec.ts';
import { ProcessPorts } from './ports-spec.ts';
import { ProcessOptions } from './process-spec.ts';
import { NamedSets, OtherResources } from './resource-spec.ts';

export const ClusterName = Type.String({
  pattern: '^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$',
  description: 'lower-case letters, digits and "-", at most 40, starting with a letter',
});

const cpus = Type.Number({ exclusiveMinimum: 0, maximum: 1024, multipleOf: 0.001 });
const memoryMiB = Type.Integer({ minimum: 1, maximum: 4 * 1024 * 1024, description: 'size of the whole process, MiB' });
const diskMiB = Type.Integer({ minimum: 0, maximum: 64 * 1024 * 1024 });

/** Where the agents get Flink from. Without one: the scheduler's own distribution of its default version. */
export const FlinkSource = Type.Union([
  Type.Object(
    { version: Type.String({ pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+$', description: 'served by the scheduler' }) },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      uri: Type.String({ minLength: 1, maxLength: 2048, description: 'an archive that holds a Flink distribution' }),
      version: Type.String({ pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+$' }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      home: Type.String({ pattern: '^/', maxLength: 1024, description: 'a FLINK_HOME that every agent has' }),
      version: Type.String({ pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+$' }),
    },
    { additionalProperties: false },
  ),
]);
export type FlinkSource = Static<typeof FlinkSource>;

export const TaskManagers = Type.Union([
  Type.Object(
    { mode: Type.Literal('fixed'), count: Type.Integer({ minimum: 0, maximum: 5000 }) },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      mode: Type.Literal('elastic'),
      min: Type.Integer({ minimum: 0, maximum: 5000, description: 'held even when no job needs them' }),
      max: Type.Integer({ minimum: 1, maximum: 5000, description: 'what jobs need beyond it waits' }),
      spare: Type.Integer({ minimum: 0, maximum: 5000, description: 'one for each that may be lost at once' }),
    },
    { additionalProperties: false },
  ),
]);
export type TaskManagers = Static<typeof TaskManagers>;

export const TaskManagerCount = Type.Object(
  { count: Type.Integer({ minimum: 0, maximum: 5000 }) },
  { additionalProperties: false },
);

/** Who keeps what a JobManager must not forget. */
export const HighAvailability = Type.Union([
  Type.Object({ mode: Type.Literal('none') }, { additionalProperties: false }),
  Type.Object(
    {
      mode: Type.Literal('zookeeper'),
      quorum: Type.Optional(
        Type.String({
          pattern: '^[A-Za-z0-9.-]+(:[0-9]{1,5})?(,[A-Za-z0-9.-]+(:[0-9]{1,5})?)*$',
          maxLength: 1024,
          description: 'HOST:PORT,…; default: the ZooKeeper of the scheduler',
        }),
      ),
      path: Type.Optional(Type.String({ pattern: '^(/[A-Za-z0-9._-]+)+$', maxLength: 256 })),
      standbys: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 4, description: 'JobManagers that wait on other agents to take over' }),
      ),
    },
    { additionalProperties: false },
  ),
]);
export type HighAvailability = Static<typeof HighAvailability>;

export const Logging = Type.Object(
  {
    level: Type.Union(
      [
        Type.Literal('TRACE'),
        Type.Literal('DEBUG'),
        Type.Literal('INFO'),
        Type.Literal('WARN'),
        Type.Literal('ERROR'),
        Type.Literal('OFF'),
      ],
      { description: "of Flink's processes; default INFO" },
    ),
  },
  { additionalProperties: false },
);
export type Logging = Static<typeof Logging>;

export const SecurityOptions = Type.Object(
  {
    internalTls: Type.Optional(
      Type.Boolean({
        description: 'the processes of the cluster speak TLS with each other, by a key that is made for it',
      }),
    ),
  },
  { additionalProperties: false },
);
export type SecurityOptions = Static<typeof SecurityOptions>;

export const ClusterSpec = Type.Object(
  {
    name: ClusterName,
    flink: Type.Optional(FlinkSource),
    jobManager: Type.Optional(
      Type.Object(
        {
          cpus: Type.Optional(cpus),
          memoryMiB: Type.Optional(memoryMiB),
          diskMiB: Type.Optional(diskMiB),
          resources: Type.Optional(OtherResources),
          sets: Type.Optional(NamedSets),
          ports: Type.Optional(ProcessPorts),
          ...constraintFields,
        },
        { additionalProperties: false },
      ),
    ),
    taskManager: Type.Optional(
      Type.Object(
        {
          cpus: Type.Optional(cpus),
          memoryMiB: Type.Optional(memoryMiB),
          diskMiB: Type.Optional(diskMiB),
          resources: Type.Optional(OtherResources),
          sets: Type.Optional(NamedSets),
          slots: Type.Optional(Type.Integer({ minimum: 1, maximum: 256 })),
          kept: Type.Optional(Kept),
          localRecovery: Type.Optional(LocalRecovery),
          ports: Type.Optional(ProcessPorts),
          ...constraintFields,
        },
        { additionalProperties: false },
      ),
    ),
    taskManagers: Type.Optional(TaskManagers),
    application: Type.Optional(ApplicationSpec),
    placement: Type.Optional(ClusterPlacement),
    highAvailability: Type.Optional(HighAvailability),
    processes: Type.Optional(ProcessOptions),
    logging: Type.Optional(Logging),
    security: Type.Optional(SecurityOptions),
    /** Flink options; what the scheduler itself decides (addresses, ports, sizes) is refused. */
    configuration: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z0-9_.-]+$' }), Type.String({ maxLength: 4096 }), {
        additionalProperties: false,
      }),
    ),
    /** Environment of every process of the cluster. */
    environment: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), Type.String({ maxLength: 4096 }), {
        additionalProperties: false,
      }),
    ),
  },
  { additionalProperties: false },
);
export type ClusterSpec = Static<typeof ClusterSpec>;

export interface ProcessSpec extends Constraints {
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly diskMiB: number;
  readonly resources?: OtherResources;
  readonly sets?: NamedSets;
  readonly ports?: ProcessPorts;
}

export interface CompleteHighAvailability {
  readonly mode: 'zookeeper';
  readonly quorum: string;
  readonly path: string;
  readonly standbys: number;
}

/** A specification with every default filled in: what is deployed and shown. */
export interface CompleteClusterSpec {
  readonly name: string;
  readonly flink: FlinkSource;
  readonly jobManager: ProcessSpec;
  readonly taskManager: ProcessSpec & {
    readonly slots: number;
    readonly kept?: Kept;
    readonly localRecovery?: LocalRecovery;
  };
  readonly taskManagers: TaskManagers;
  /** Absent: a session cluster. */
  readonly application?: ApplicationSpec;
  readonly placement?: ClusterPlacement;
  /** Absent: none. */
  readonly highAvailability?: CompleteHighAvailability;
  readonly processes?: ProcessOptions;
  readonly logging?: Logging;
  readonly security?: SecurityOptions;
  readonly configuration: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

export const JobSpec = Type.Object(
  {
    /** Id of an uploaded jar. */
    jar: Type.String({ minLength: 1, maxLength: 256 }),
    ...programFields,
    /** Flink options of this job alone (restart strategy, checkpointing, …). */
    configuration: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z0-9_.-]+$' }), Type.String({ maxLength: 4096 }), {
        additionalProperties: false,
      }),
    ),
  },
  { additionalProperties: false },
);
export type JobSpec = Static<typeof JobSpec>;

const savepointFields = {
  directory: Type.Optional(
    Type.String({ minLength: 1, maxLength: 2048, description: "default: the cluster's place for savepoints" }),
  ),
  format: Type.Optional(
    Type.Union([Type.Literal('CANONICAL'), Type.Literal('NATIVE')], { description: "default: Flink's, CANONICAL" }),
  ),
};

export const SavepointWish = Type.Object(savepointFields, { additionalProperties: false });
export const StopWish = Type.Object(
  {
    ...savepointFields,
    drain: Type.Optional(Type.Boolean({ description: 'event time comes to its end first: nothing is to follow' })),
  },
  { additionalProperties: false },
);
export const RescaleWish = Type.Object(
  { parallelism: Type.Integer({ minimum: 1, maximum: 32768 }) },
  { additionalProperties: false },
);
