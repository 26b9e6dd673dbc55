/**
 * Why tasks wait: what the scheduler knows from offers, and what it cannot know from them. Of a role that has used up its
 * quota a master only says nothing more; so its quotas are looked up, where that may be the reason.
 */
import { Problem } from '../lib/problem.ts';
import { toThousandths } from '../lib/thousandths.ts';
import type { MesosReader } from '../runtime/mesos-reader.ts';
import type { RoleQuota } from '../runtime/role-quotas.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { TaskRecord } from '../scheduler/model/task.ts';
import type { Dispatcher } from './dispatcher.ts';
import { type TaskWhyView, whyView } from './why-views.ts';

interface WhyParts {
  readonly runtime: Pick<Runtime, 'why' | 'whyAll'>;
  readonly mesos: Pick<MesosReader, 'quotas'>;
}

export function whyOperations({ runtime, mesos }: WhyParts, findTask: (id: string) => TaskRecord) {
  return {
    why: () => withQuotas(runtime.whyAll().map(whyView), mesos),
    async whyTask(id) {
      const { spec, life } = findTask(id);
      const why = runtime.why(spec.taskId);
      const [view] = await withQuotas(why === undefined ? [] : [whyView(why)], mesos);
      if (view !== undefined) return view;
      throw new Problem('CONFLICT', `task ${id} does not wait: it is ${life.phase}`);
    },
  } satisfies Partial<Dispatcher>;
}

/** A master that does not tell its quotas is no failure: the offers tell most of it. */
async function withQuotas(
  whys: readonly TaskWhyView[],
  mesos: Pick<MesosReader, 'quotas'>,
): Promise<readonly TaskWhyView[]> {
  if (!whys.some(waitsForMesos)) return whys;
  const quotas = await mesos.quotas().catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error;
    return error;
  });
  return whys.map((why) => {
    if (!waitsForMesos(why)) return why;
    return quotas instanceof Problem ? { ...why, quotaUnknown: quotas.message } : withQuota(why, quotas);
  });
}

/** Not for its own cluster's limit, its old agent, or the connection. */
function waitsForMesos({ state }: TaskWhyView): boolean {
  return state === 'no-offers' || state === 'none-fits' || state === 'next-offer' || state === 'together';
}

/** Quotas are of top-level roles, and count what all roles below them have. */
export function withQuota(why: TaskWhyView, quotas: readonly RoleQuota[]): TaskWhyView {
  const [top] = why.role.split('/');
  const quota = quotas.find(({ role }) => role === top);
  if (quota === undefined) return why;
  const full = Object.entries(quota.limits).flatMap(([name, limit]) => {
    const [held, wanted] = [quota.held[name] ?? 0, wantedOf(why, name)];
    const isFull = wanted > 0 && toThousandths(held) + toThousandths(wanted) > toThousandths(limit);
    return isFull ? [`${limit} ${name}, of which ${held} are in use or offered (wanted ${wanted})`] : [];
  });
  if (full.length === 0) return { ...why, quota };
  const words = `the quota of role ${quota.role} is ${full.join(', and ')}`;
  return { ...why, quota, state: 'quota', why: why.state === 'none-fits' ? `${words}; ${why.why}` : words };
}

function wantedOf({ wanted }: TaskWhyView, name: string): number {
  const { cpus, memMiB: mem, diskMiB: disk, others } = wanted;
  return { ...others, cpus, mem, disk }[name] ?? 0;
}
