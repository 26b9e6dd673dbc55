/**
 * From what a user sent to another specification of a cluster that there is: judged like that of a new one, and by what cannot
 * change. Nothing is changed here but the artifact store; the planner takes it, judges it once more by what is true then, and has
 * the processes follow.
 */
import _ from 'lodash';
import type { ClusterUpdate } from '../flink/plan/clusters.ts';
import { judgeUpdate } from '../flink/plan/judge-update.ts';
import type { CarryOver, ClusterName, ClusterRecord } from '../flink/plan/records.ts';
import { revisionOf } from '../flink/plan/revisions.ts';
import { secretsOf } from '../flink/render/configuration.ts';
import type { CompleteClusterSpec } from '../flink/spec.ts';
import { createInternalKeyStore } from '../flink/tls/internal-key-store.ts';
import type { EpochMs } from '../lib/brand.ts';
import { Problem } from '../lib/problem.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ClusterView, Dispatcher, RevisionView } from './dispatcher.ts';
import {
  completeWish,
  type DraftParts,
  draftApplication,
  draftCluster,
  judgeNew,
  refuseFaults,
  storeConfiguration,
} from './draft-cluster.ts';
import { resolveFlink } from './flink-source.ts';
import { digestOf, isToFollow, specByOptions } from './follow-options.ts';
import { iso } from './views.ts';

export interface UpdateOptions {
  /** What its jobs go on from. Absent: a checkpoint, where that will do. */
  readonly jobs?: CarryOver;
}

/** Only of what is made here. */
interface Origin {
  readonly ofOptions?: string;
}

export interface UpdateParts extends DraftParts {
  readonly runtime: Pick<Runtime, 'cluster' | 'submit'>;
  /** NOT_FOUND, and of the second CONFLICT for one that is being deleted. */
  readonly find: (name: string) => ClusterRecord;
  readonly findLive: (name: string) => ClusterRecord;
  readonly view: (record: ClusterRecord) => ClusterView;
  readonly now: () => EpochMs;
}

export function updateOperations(parts: UpdateParts) {
  const { runtime, find, findLive, view, now } = parts;
  const update = async (
    record: ClusterRecord,
    spec: CompleteClusterSpec,
    options: UpdateOptions,
    origin: Origin = {},
  ) => {
    const change = await draftUpdate(record, spec, options, parts, now());
    await runtime.submit({ kind: 'update', cluster: record.name, ...change, ...origin });
    return view(find(record.name));
  };
  return {
    async updateCluster(name, sent, options = {}) {
      const record = findLive(name);
      return await update(record, wishedSpec(record, sent, parts), options);
    },
    async followOptions(name) {
      const record = runtime.cluster(name as ClusterName);
      const ofOptions = digestOf(parts);
      if (record === undefined) {
        const cluster = await draftCluster({ name }, parts, now(), ofOptions);
        await runtime.submit({ kind: 'create', cluster });
      } else if (isToFollow(record, parts)) {
        await update(record, specByOptions(record, parts), {}, { ofOptions });
      }
    },
    revisions: (name) => revisionViews(find(name)),
    async restoreRevision(name, revision, options = {}) {
      const record = findLive(name);
      return await update(record, earlierSpec(record, revision), options);
    },
  } satisfies Partial<Dispatcher>;
}

/** What is left out gets its default; Flink and high availability, which nobody changes by leaving them out, stay. */
function wishedSpec(record: ClusterRecord, sent: unknown, parts: DraftParts): CompleteClusterSpec {
  if (!_.isPlainObject(sent)) return completeWish(sent, parts);
  const { flink, highAvailability = { mode: 'none' as const } } = record.spec;
  return completeWish({ name: record.name, flink, highAvailability, ...(sent as object) }, parts);
}

function earlierSpec(record: ClusterRecord, number: number): CompleteClusterSpec {
  const found = record.earlier?.find((each) => each.number === number);
  if (found !== undefined) return found.spec;
  if (number === revisionOf(record).number) return record.spec;
  const kept = (record.earlier ?? []).map((each) => each.number).join(', ') || 'none';
  throw new Problem(
    'NOT_FOUND',
    `cluster ${record.name} has no revision ${number}; there are before the present one: ${kept}`,
  );
}

async function draftUpdate(
  record: ClusterRecord,
  spec: CompleteClusterSpec,
  { jobs }: UpdateOptions,
  parts: DraftParts,
  at: EpochMs,
): Promise<ClusterUpdate> {
  refuseFaults([...judgeNew(spec, parts), ...judgeUpdate(record, spec, jobs)]);
  const [application] = draftApplication(spec, parts, at);
  return {
    spec,
    distribution: await resolveFlink(spec.flink, parts.distributions),
    configuration: await storeConfiguration(spec, parts, await secretsFor(record, spec, parts, at)),
    ...(jobs !== undefined && { jobs }),
    ...(application && { program: _.pick(application, ['spec', 'jar']) }),
  };
}

function revisionViews(record: ClusterRecord): readonly RevisionView[] {
  const { number, at } = revisionOf(record);
  const all = [...(record.earlier ?? []), { number, at, spec: record.spec }];
  return all.map((each) => ({
    revision: each.number,
    at: iso(each.at),
    present: each.number === number,
    spec: each.spec,
  }));
}

/** Those that its processes know each other by stay: not all of them are replaced at the same moment. */
async function secretsFor(record: ClusterRecord, spec: CompleteClusterSpec, { artifacts }: DraftParts, at: EpochMs) {
  const { incarnation, name, configuration, driver } = record;
  const own = `${name}-${incarnation}`;
  const archive = await artifacts.read(configuration.digest);
  const before = archive === undefined ? {} : secretsOf(archive);
  if (driver !== undefined && before.driverSecret === undefined) {
    throw new Problem(
      'CONFLICT',
      `the configuration of cluster ${name} is no longer in the artifact store: create it anew`,
    );
  }
  const { driverSecret, keyStore } = before;
  return {
    incarnation,
    ...(driverSecret !== undefined && { driverSecret }),
    ...(spec.security?.internalTls && { keyStore: keyStore ?? (await createInternalKeyStore(own, at)) }),
  };
}
