/**
 * The shapes of what the API answers, for /openapi.json. The views of the dispatcher are the types; `Covers` makes the
 * compiler complain when a schema and its view part ways.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { ApplicationSpec } from '../flink/application-spec.ts';
import { ClusterPlacement, constraintFields, Kept, LocalRecovery } from '../flink/placement-spec.ts';
import { ProcessPorts } from '../flink/ports-spec.ts';
import { ProcessOptions } from '../flink/process-spec.ts';
import { NamedSets, OtherResources } from '../flink/resource-spec.ts';
import { ClusterName, FlinkSource, Logging, SecurityOptions, TaskManagers } from '../flink/spec.ts';
import type {
  ClusterView,
  EndpointView,
  FactView,
  HealthView,
  InfoView,
  JarView,
  JobView,
  ProblemView,
  RevisionView,
  SandboxListView,
  SandboxPieceView,
  SavepointView,
  TaskView,
} from './views.ts';

type Covers<Schema extends TSchema, View extends Static<Schema>> = View;

const instant = Type.String({ format: 'date-time' });
const count = Type.Integer({ minimum: 0 });
const textMap = Type.Record(Type.String(), Type.String());
const anything = Type.Record(Type.String(), Type.Unknown());

const size = Type.Object({
  cpus: Type.Number(),
  memoryMiB: count,
  diskMiB: count,
  resources: Type.Optional(OtherResources),
  sets: Type.Optional(NamedSets),
  ports: Type.Optional(ProcessPorts),
  ...constraintFields,
});

export const CarryOver = Type.Union([Type.Literal('checkpoint'), Type.Literal('savepoint')], {
  description: 'what jobs go on from whose JobManager is replaced; default: a checkpoint where that will do',
});

const spec = Type.Object({
  name: ClusterName,
  flink: FlinkSource,
  jobManager: size,
  taskManager: Type.Object({
    ...size.properties,
    slots: count,
    kept: Type.Optional(Kept),
    localRecovery: Type.Optional(LocalRecovery),
  }),
  taskManagers: TaskManagers,
  application: Type.Optional(ApplicationSpec),
  placement: Type.Optional(ClusterPlacement),
  highAvailability: Type.Optional(
    Type.Object({ mode: Type.Literal('zookeeper'), quorum: Type.String(), path: Type.String(), standbys: count }),
  ),
  processes: Type.Optional(ProcessOptions),
  logging: Type.Optional(Logging),
  security: Type.Optional(SecurityOptions),
  configuration: textMap,
  environment: textMap,
});

const cluster = Type.Object({
  name: Type.String(),
  phase: Type.Union([
    Type.Literal('starting'),
    Type.Literal('running'),
    Type.Literal('recovering'),
    Type.Literal('updating'),
    Type.Literal('ended'),
    Type.Literal('deleting'),
  ]),
  flinkVersion: Type.String(),
  createdAt: instant,
  spec,
  jobManager: Type.Optional(
    Type.Object({ taskId: Type.String(), state: Type.String(), url: Type.Optional(Type.String()) }),
  ),
  taskManagers: Type.Object({ wanted: count, registered: count }),
  slots: Type.Object({ total: count, free: count }),
  jobs: Type.Object({ running: count, all: count }),
  application: Type.Optional(
    Type.Object({
      job: Type.String(),
      state: Type.String({ description: 'of its job: FINISHED, FAILED or CANCELED when the cluster has ended' }),
      stateSince: instant,
      failure: Type.Optional(Type.String()),
      savepointPath: Type.Optional(Type.String()),
    }),
  ),
  waitingFor: Type.Optional(Type.String({ description: 'what keeps the cluster from running, in words' })),
  revision: Type.Integer({ minimum: 1, description: 'of its specification: counts up with each change' }),
  update: Type.Optional(
    Type.Object(
      {
        outdated: Type.Integer({ minimum: 0, description: 'processes that are still to be replaced' }),
        since: instant,
        jobs: CarryOver,
        held: Type.Boolean({ description: 'by an operator' }),
        failure: Type.Optional(Type.String({ description: 'why it does not go on by itself' })),
      },
      { description: 'while its processes are brought to its specification' },
    ),
  ),
});

const revision = Type.Object({ revision: Type.Integer({ minimum: 1 }), at: instant, present: Type.Boolean(), spec });

const endpoint = Type.Object({
  name: Type.String({ description: 'of the port: rest, or one that the specification adds' }),
  part: Type.String(),
  task: Type.String(),
  hostname: Type.String(),
  port: Type.Integer(),
  vip: Type.Optional(Type.String({ description: 'its virtual address of DC/OS, as the specification has it' })),
});

const task = Type.Object({
  id: Type.String(),
  cluster: Type.String(),
  part: Type.String(),
  phase: Type.Union([Type.Literal('waiting'), Type.Literal('launched'), Type.Literal('ended')]),
  state: Type.String({ description: 'TASK_RUNNING …, WAITING, or WITHDRAWN' }),
  requestedAt: instant,
  launchedAt: Type.Optional(instant),
  runningAt: Type.Optional(instant),
  endedAt: Type.Optional(instant),
  agentId: Type.Optional(Type.String()),
  hostname: Type.Optional(Type.String()),
  ports: Type.Optional(Type.Record(Type.String(), Type.Integer())),
  resources: Type.Object({ cpus: Type.Number(), memMiB: Type.Number(), diskMiB: Type.Number() }),
  reason: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
  whyWaiting: Type.Optional(Type.String()),
});

const jar = Type.Object({ id: Type.String(), name: Type.String(), bytes: count, uploadedAt: instant });

const operationKind = Type.Union([
  Type.Literal('savepoint'),
  Type.Literal('stop'),
  Type.Literal('rescale'),
  Type.Literal('update'),
]);
const savepoint = Type.Object({ path: Type.String(), at: instant, kind: operationKind });

const job = Type.Object({
  id: Type.String(),
  flinkJobId: Type.String({
    description: "by which Flink's own REST and UI know the job; another one after each resumption on a new JobManager",
  }),
  cluster: Type.String(),
  name: Type.Optional(Type.String()),
  state: Type.String(),
  stateSince: instant,
  submittedAt: instant,
  managed: Type.Boolean({ description: 'submitted through this API, and so resumed after the loss of a JobManager' }),
  resumed: count,
  parallelism: Type.Optional(count),
  lastCheckpoint: Type.Optional(Type.String()),
  failure: Type.Optional(Type.String()),
  operation: Type.Optional(
    Type.Object({
      id: Type.String(),
      kind: operationKind,
      state: Type.Union([Type.Literal('running'), Type.Literal('completed'), Type.Literal('failed')]),
      startedAt: instant,
      endedAt: Type.Optional(instant),
      path: Type.Optional(Type.String({ description: 'of the savepoint that it left' })),
      failure: Type.Optional(Type.String()),
    }),
  ),
  savepoints: Type.Unsafe<readonly SavepointView[]>(Type.Array(savepoint)),
});

const connection = Type.Object({
  state: Type.Union([
    Type.Literal('standby'),
    Type.Literal('searching'),
    Type.Literal('connecting'),
    Type.Literal('waiting'),
    Type.Literal('subscribed'),
    Type.Literal('stopped'),
  ]),
  since: Type.Optional(Type.Number()),
  master: Type.Optional(Type.String()),
  attempt: Type.Optional(Type.Integer()),
  retryAt: Type.Optional(Type.Number({ description: 'when the next attempt is made, in milliseconds since 1970' })),
  next: Type.Optional(Type.String({ description: 'the master that is tried then' })),
  why: Type.Optional(Type.String({ description: 'why no master is known' })),
  message: Type.Optional(Type.String()),
  problem: Type.Optional(
    Type.Object({ code: Type.String(), message: Type.String(), status: Type.Optional(Type.Integer()) }),
  ),
});

const info = Type.Object({
  version: Type.String(),
  frameworkId: Type.Optional(Type.String()),
  formerFramework: Type.Optional(
    Type.Object(
      { frameworkId: Type.String(), at: Type.Number(), message: Type.String(), tasksLost: count },
      { description: 'the framework before this one, which the master removed, and what was lost with it' },
    ),
  ),
  mesos: connection,
  mesosVersion: Type.Optional(Type.String({ description: 'of the master that was last subscribed to' })),
  reconciled: Type.Boolean(),
  offersHeld: count,
  tasksWaiting: count,
  agentsUnknown: Type.Optional(
    Type.String({ description: 'why the master did not say, when last asked, how its agents stand' }),
  ),
  defaultFlinkVersion: Type.String(),
  startedAt: instant,
});

const fact = Type.Object({
  sequence: count,
  at: instant,
  kind: Type.String(),
  level: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')]),
  text: Type.String({ description: 'one sentence for people' }),
  data: anything,
});

const fileList = Type.Object({
  path: Type.String(),
  files: Type.Unsafe<SandboxListView['files']>(
    Type.Array(
      Type.Object({
        name: Type.String(),
        path: Type.String({ description: 'within the sandbox' }),
        directory: Type.Boolean(),
        bytes: count,
        modifiedAt: Type.Optional(instant),
      }),
    ),
  ),
  more: Type.Integer({ minimum: 0, description: 'files beyond those that are listed' }),
});

const filePiece = Type.Object({
  path: Type.String(),
  size: Type.Integer({ minimum: 0, description: 'of the whole file, in bytes' }),
  offset: count,
  next: Type.Integer({ minimum: 0, description: 'where the next piece begins' }),
  text: Type.String(),
});

const health = Type.Object({
  healthy: Type.Boolean(),
  why: Type.Optional(Type.String()),
  value: Type.Optional(Type.String()),
  reasons: Type.Optional(Type.Unsafe<readonly string[]>(Type.Array(Type.String()))),
});

const problem = Type.Object({
  code: Type.String(),
  message: Type.String({ description: 'what is wrong and where' }),
  advice: Type.String({ description: 'what to do' }),
  details: anything,
});

export const Revision = Type.Unsafe<Covers<typeof revision, RevisionView>>(revision);
export const Cluster = Type.Unsafe<Covers<typeof cluster, ClusterView>>(cluster);
export const Endpoint = Type.Unsafe<Covers<typeof endpoint, EndpointView>>(endpoint);
export const Task = Type.Unsafe<Covers<typeof task, TaskView>>(task);
export const Jar = Type.Unsafe<Covers<typeof jar, JarView>>(jar);
export const Job = Type.Unsafe<Covers<typeof job, JobView>>(job);
export const Savepoint = Type.Unsafe<Covers<typeof savepoint, SavepointView>>(savepoint);
export const Info = Type.Unsafe<Covers<typeof info, InfoView>>(info);
export const Event = Type.Unsafe<Covers<typeof fact, FactView>>(fact);
export const FileList = Type.Unsafe<Covers<typeof fileList, SandboxListView>>(fileList);
export const FilePiece = Type.Unsafe<Covers<typeof filePiece, SandboxPieceView>>(filePiece);
export const Health = Type.Unsafe<Covers<typeof health, HealthView>>(health);
export const ProblemAnswer = Type.Unsafe<Covers<typeof problem, ProblemView>>(problem);

export function listOf<View>(item: ReturnType<typeof Type.Unsafe<View>>) {
  return Type.Unsafe<readonly View[]>(Type.Array(item));
}

/** What every route may answer beside its own. */
export const failures = { '4xx': ProblemAnswer, '5xx': ProblemAnswer };

export const clusterParams = Type.Object({ name: Type.String({ description: 'name of a cluster' }) });
