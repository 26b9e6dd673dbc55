/**
 * Has the matcher choose the agents for requests of one role, in the order given: translates what waits, what is offered
 * and what runs into its terms, and has each request cut out where it was placed.
 */
import { portRanges } from '../../mesos-api-client/protocol/resources.ts';
import type { TaskSpec } from '../model/task.ts';
import { setsAt } from './agent-sets.ts';
import { bandOf, inBands } from './bands.ts';
import { fitnessOf, fullest } from './fitness-of.ts';
import {
  type Agent,
  type Constraint,
  Matcher,
  type Request as MatcherRequest,
  type Placement,
  type Scalars,
} from './matching/index.ts';
import { located } from './place.ts';
import type { Pot } from './placing.ts';
import { type Amounts, amountsWanted } from './pools.ts';
import type { Request } from './request.ts';
import { type RunningTasks, sumOf } from './running-tasks.ts';
import { companyOf, hardOf, isOpenToAll, labelsOf, quarrelOf, softOf } from './wishes.ts';

/** Where a request is to go. */
export interface Choice {
  readonly request: Request;
  readonly pot: Pot;
  readonly sets?: Readonly<Record<string, number>>;
}

/** Cuts the parts of all these requests out of their pots; of none, and false, if that cannot be. */
export type Put = (choices: readonly Choice[]) => boolean;

/** Answers those that found no place. */
export function placeInOrder(
  requests: readonly Request[],
  pots: readonly Pot[],
  running: RunningTasks,
  put: Put,
): readonly Request[] {
  const wishes = new Wishes(requests, pots, running);
  const agents = pots.map((pot) => agentOf(pot, running, wishes.matter));
  const matcher = new Matcher(wishes.matter ? [...agents, ...othersWithTasks(pots, running)] : agents);
  const { placements } = matcher.match(
    requests.map((request) => wishes.requestOf(request)),
    'fitness',
    fullest,
  );
  return carryOut(requests, placements, pots, put);
}

/** Those that go together are cut out together. */
function carryOut(
  requests: readonly Request[],
  placements: readonly Placement[],
  pots: readonly Pot[],
  put: Put,
): readonly Request[] {
  const potsByAgent = new Map(pots.map((pot) => [pot.pool.agentId as string, pot]));
  const placed = new Map(placements.map((placement) => [placement.requestId, placement]));
  const choices = requests.flatMap((request): Choice[] => {
    const { agentId = '', sets } = placed.get(request.spec.taskId) ?? {};
    const pot = potsByAgent.get(agentId);
    return pot === undefined ? [] : [{ request, pot, ...(sets && { sets }) }];
  });
  const bands = inBands(choices, ({ request }) => request.spec);
  const done = new Set(bands.filter(put).flatMap((band) => band.map(({ request }) => request)));
  return requests.filter((request) => !done.has(request));
}

/** Translates requests; tasks of one part of a group ask for the same, so their constraints are made once. */
class Wishes {
  /** Somebody looks at more than room: who runs where has to be known. */
  readonly matter: boolean;
  readonly #pots: readonly Pot[];
  readonly #running: RunningTasks;
  /** One task of each company that there is or may be, if any of them keeps another away. */
  readonly #companies: ReadonlyMap<string, TaskSpec>;
  readonly #made = new Map<string, Pick<MatcherRequest, 'groups' | 'hard' | 'soft' | 'fitness'>>();

  constructor(requests: readonly Request[], pots: readonly Pot[], running: RunningTasks) {
    const specs = requests.map(({ spec }) => spec);
    const guarded = running.guarded || !specs.every(isOpenToAll);
    const all = guarded ? [...running.all().map(({ spec }) => spec), ...specs] : [];
    this.#pots = pots;
    this.#running = running;
    this.#companies = new Map(all.map((spec) => [companyOf(spec), spec]));
    this.matter = guarded || specs.some(hasWishes) || pots.some(({ pool }) => pool.attributes.res !== undefined);
  }

  requestOf({ spec }: Request): MatcherRequest {
    const wanted = amountsWanted(spec.resources);
    const plain = { id: spec.taskId, scalars: scalarsOf(wanted), ports: wanted.ports };
    return this.matter ? { ...plain, ...this.#wishesOf(spec), ...goingTogether(spec) } : plain;
  }

  #wishesOf(spec: TaskSpec) {
    const key = JSON.stringify([spec.group, spec.part, spec.placement]);
    const known = this.#made.get(key);
    if (known !== undefined) {
      return known;
    }
    const made = {
      groups: labelsOf(spec),
      hard: [...hardOf(spec), ...this.#keepingApart(spec)],
      soft: softOf(
        spec,
        this.#pots.map(({ pool }) => pool),
      ),
      fitness: fitnessOf(spec.placement?.fitness ?? 'pack', () => this.#running.formerAgents(spec)),
    };
    this.#made.set(key, made);
    return made;
  }

  #keepingApart(spec: TaskSpec): Constraint[] {
    return [...this.#companies].flatMap(([among, other]) =>
      quarrelOf(spec, other) === undefined ? [] : [{ operator: 'APART' as const, field: '@agent', among }],
    );
  }
}

function hasWishes({ placement, together, resources }: TaskSpec): boolean {
  return placement !== undefined || together !== undefined || resources.sets !== undefined;
}

function goingTogether(spec: TaskSpec): Pick<MatcherRequest, 'together' | 'sets'> {
  const together = bandOf(spec);
  const { sets } = spec.resources;
  return { ...(together !== undefined && { together }), ...(sets && { sets }) };
}

function agentOf({ pool, free, amounts }: Pot, running: RunningTasks, withTasks: boolean): Agent {
  const tasks = running.at(pool.agentId);
  const sets = setsAt(pool, tasks);
  return {
    ...located(pool),
    free: scalarsOf(amounts),
    used: scalarsOf(sumOf(tasks)),
    ports: portRanges(free),
    ...(withTasks && { groups: tasks.flatMap(({ spec }) => labelsOf(spec)) }),
    ...(sets && { sets }),
  };
}

function scalarsOf({ cpus, mem, disk, others }: Amounts): Scalars {
  return { ...others, cpus, mem, disk };
}

/** Agents that offer nothing to this role: constraints count their tasks all the same. */
function othersWithTasks(pots: readonly Pot[], running: RunningTasks): Agent[] {
  const offered = new Set(pots.map(({ pool }) => pool.agentId));
  return [...running.agents()].flatMap((agentId) => {
    const tasks = running.at(agentId);
    const [first] = tasks;
    return first === undefined || offered.has(agentId)
      ? []
      : [{ ...located(first.place), free: {}, ports: [], groups: tasks.flatMap(({ spec }) => labelsOf(spec)) }];
  });
}
