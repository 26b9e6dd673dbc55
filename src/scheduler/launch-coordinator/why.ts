/**
 * Why a task waits, at any moment: what keeps it as a whole, and, of the agents that offered something lately, how many
 * are ruled out by what, with what was wanted and the most that one of them had. Computed when somebody asks, from what
 * is remembered anyway.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { RuledOut, WhyView } from '../model/offer-views.ts';
import type { TaskRecord, TaskSpec } from '../model/task.ts';
import { bandOf } from './bands.ts';
import { type Eligibility, eligibilityOf, type Obstacle } from './eligibility.ts';
import type { KnownAgent, KnownAgents } from './known-agents.ts';
import { amountsWanted, hasRoom, inUnits } from './pools.ts';
import type { RunningTasks } from './running-tasks.ts';
import { Tally } from './tally.ts';
import { preferenceInForce, silentFrom } from './waiting-tasks.ts';
import { constraintWords } from './wishes.ts';

export interface Circumstances {
  readonly at: EpochMs;
  /** When the subscription began; undefined while there is none. */
  readonly connectedAt: EpochMs | undefined;
  /** False while the master is asked what became of earlier tasks. */
  readonly mayLaunch: boolean;
  readonly agents: KnownAgents;
  readonly running: RunningTasks;
  readonly roleOf: (record: TaskRecord) => string;
  /** Those that the limit of their group keeps waiting, with the reason in words. */
  readonly limits: ReadonlyMap<TaskId, string>;
  /** By band: how many of those wait that are to start together. */
  readonly bands: ReadonlyMap<string, number>;
  /** The master was asked for agents that suit alone: of others it says nothing. */
  readonly offersConstrained: (role: string) => boolean;
  /** What was found for tasks of one size and one wish: thousands of them may wait. */
  readonly found: Map<string, Looked>;
}

export function whyWaiting(record: TaskRecord, circumstances: Circumstances): WhyView {
  const { spec } = record;
  const role = circumstances.roleOf(record);
  const lastOfferAt = circumstances.agents.offeredAt(role);
  const noOfferSince = lastOfferAt ?? circumstances.connectedAt;
  const looked = lookOnce(spec, role, circumstances);
  const { state, why } = judge(record, role, looked, circumstances);
  return {
    taskId: spec.taskId,
    group: spec.group,
    part: spec.part,
    role,
    requestedAt: record.requestedAt,
    wanted: inUnits(amountsWanted(spec.resources)),
    state,
    why,
    ...(lastOfferAt === undefined ? {} : { lastOfferAt }),
    ...(noOfferSince === undefined ? {} : { noOfferSince }),
    agents: { known: looked.known, fitting: looked.fitting },
    ruledOut: looked.ruledOut,
  };
}

/** That the next offer is waited for is the way of all tasks, and no news until it fails to come. */
export function worthTelling(view: WhyView, at: EpochMs): string | undefined {
  const waitsForOffer = view.state === 'no-offers' || view.state === 'next-offer';
  const isNews = waitsForOffer ? at >= silentFrom(view.requestedAt, view.noOfferSince) : isSettled(view);
  return isNews ? view.why : undefined;
}

function isSettled({ state }: WhyView): boolean {
  return state === 'none-fits' || state === 'limit' || state === 'old-agent' || state === 'together';
}

export interface Looked {
  readonly known: number;
  readonly fitting: number;
  readonly ruledOut: readonly RuledOut[];
}

type Verdict = Pick<WhyView, 'state' | 'why'>;

function judge(record: TaskRecord, role: string, looked: Looked, circumstances: Circumstances): Verdict {
  if (circumstances.connectedAt === undefined) {
    return { state: 'no-master', why: 'no Mesos master is connected' };
  }
  if (!circumstances.mayLaunch) {
    return { state: 'reconciling', why: 'the master is first asked what became of the tasks launched before' };
  }
  const limit = circumstances.limits.get(record.spec.taskId);
  if (limit !== undefined) {
    return { state: 'limit', why: limit };
  }
  if (looked.known === 0) {
    const asked = circumstances.offersConstrained(role) ? askedFor(record.spec) : '';
    return { state: 'no-offers', why: `no offer has come yet${asked}` };
  }
  if (circumstances.agents.offeredAt(role) === undefined) {
    return { state: 'no-offers', why: `no offer has come yet for role ${role}` };
  }
  const prefer = preferenceInForce(record, circumstances.at);
  if (prefer !== undefined) {
    return { state: 'old-agent', why: `it waits up to ${prefer.forMs / 1000} s for its old agent ${prefer.agentId}` };
  }
  const band = circumstances.bands.get(bandOf(record.spec) ?? '') ?? 1;
  if (looked.fitting > 0 && band > 1) {
    const [others, known] = [band - 1, count(looked.known)];
    const why = `it starts together with ${others} more, and of ${known} ${looked.fitting} had room, but not for all of them`;
    return { state: 'together', why };
  }
  if (looked.fitting > 0) {
    const had = `${looked.fitting} of ${count(looked.known)} had room when last offered`;
    return { state: 'next-offer', why: `${had}: waiting for an offer` };
  }
  return { state: 'none-fits', why: `of ${count(looked.known)}: ${looked.ruledOut.map(reasonWords).join('; ')}` };
}

function askedFor({ placement }: TaskSpec): string {
  return `: the master is asked for agents with ${placement?.constraints.map(constraintWords).join(', ')}`;
}

function lookOnce(spec: TaskSpec, role: string, circumstances: Circumstances): Looked {
  const { group, part, resources, placement } = spec;
  const key = JSON.stringify([role, group, part, resources, placement]);
  const known = circumstances.found.get(key);
  if (known !== undefined) {
    return known;
  }
  const looked = lookAtAgents(spec, role, circumstances);
  circumstances.found.set(key, looked);
  return looked;
}

function lookAtAgents(spec: TaskSpec, role: string, { agents, running }: Circumstances): Looked {
  const need = amountsWanted(spec.resources);
  const eligible = eligibilityOf(spec, running);
  const tally = new Tally(need);
  let fitting = 0;
  const known = agents.all();
  for (const agent of known) {
    const free = agent.offered.get(role)?.left;
    const obstacles = obstaclesAt(agent, eligible);
    tally.note(agent, free, obstacles, role);
    if (free !== undefined && obstacles.length === 0 && hasRoom(free, need)) {
      fitting += 1;
    }
  }
  return { known: known.length, fitting, ruledOut: tally.ruledOut() };
}

function obstaclesAt(agent: KnownAgent, eligible: Eligibility): readonly Obstacle[] {
  const { agentId, hostname, attributes, domain } = agent;
  return eligible({ agentId, hostname, attributes, ...(domain && { domain }) });
}

function reasonWords({ reason, what, agents, wanted, best }: RuledOut): string {
  const unit = reason === 'memory' || reason === 'disk' ? ' MiB' : '';
  const numbers = wanted === undefined ? '' : ` (wanted ${wanted}${unit}, best ${best}${unit})`;
  return reason === 'constraint' ? `${agents} ruled out by ${what}` : `${agents} ${what}${numbers}`;
}

function count(agents: number): string {
  return agents === 1 ? '1 agent' : `${agents} agents`;
}
