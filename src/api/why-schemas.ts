/** The shapes of reasons, offers and agents, for /openapi.json; the views of the dispatcher are the types. */
import { type Static, type TSchema, Type } from 'typebox';
import type { MesosAgentView, OfferRoundView, TaskWhyView } from './views.ts';

type Covers<Schema extends TSchema, View extends Static<Schema>> = View;

const instant = Type.String({ format: 'date-time' });
const count = Type.Integer({ minimum: 0 });
const oneOf = <Text extends string>(...texts: readonly Text[]) =>
  Type.Unsafe<Text>(Type.Union(texts.map((text) => Type.Literal(text))));

const amount = Type.Object({
  cpus: Type.Number(),
  memMiB: Type.Number(),
  diskMiB: Type.Number(),
  ports: count,
  others: Type.Optional(Type.Record(Type.String(), Type.Number())),
});
const quantities = Type.Record(Type.String(), Type.Number());
const outcome = oneOf('held', 'accepted', 'declined', 'rescinded', 'lost');

const offer = Type.Object({
  offerId: Type.String(),
  agentId: Type.String(),
  hostname: Type.String(),
  role: Type.String(),
  resources: amount,
  outcome,
  at: instant,
  why: Type.Optional(Type.String()),
  heldUntil: Type.Optional(instant),
  refuseMs: Type.Optional(count),
});

const round = Type.Object({
  number: count,
  at: instant,
  waiting: Type.Integer({ minimum: 0, description: 'tasks that waited when it came' }),
  unlisted: Type.Record(Type.String(), count, { description: 'offers of a large round that are only counted' }),
});

const roundWithOffers = Type.Object({ ...round.properties, offers: Type.Array(offer) });

const agent = Type.Object({
  agentId: Type.String(),
  hostname: Type.String(),
  attributes: Type.Record(Type.String(), Type.String()),
  domain: Type.Optional(Type.Object({ region: Type.String(), zone: Type.String() })),
  leaving: Type.Optional(Type.Object({ from: instant, forMs: Type.Optional(count) })),
  ours: amount,
  total: Type.Optional(amount),
  free: Type.Optional(amount),
  others: Type.Optional(amount),
  state: Type.Optional(oneOf('active', 'inactive', 'deactivated', 'draining', 'drained', 'absent')),
});

const agentWithLists = Type.Object({
  ...agent.properties,
  offered: Type.Array(Type.Object({ role: Type.String(), at: instant, resources: amount }), {
    description: 'what was left of the last offer to each role after what was taken',
  }),
  tasks: Type.Array(Type.Object({ id: Type.String(), cluster: Type.String(), part: Type.String() })),
  places: Type.Array(
    Type.Object({
      id: Type.String(),
      cluster: Type.String(),
      task: Type.String({ description: 'who has it, or had it last' }),
      resources: amount,
      releasing: Type.Optional(Type.String({ description: 'why it is given up' })),
    }),
    { description: 'what is reserved there for the next TaskManager of a cluster' },
  ),
});

const why = Type.Object({
  task: Type.String(),
  cluster: Type.String(),
  part: Type.String(),
  role: Type.String(),
  requestedAt: instant,
  wanted: amount,
  state: oneOf(
    'no-master',
    'reconciling',
    'limit',
    'old-agent',
    'quota',
    'together',
    'no-offers',
    'none-fits',
    'next-offer',
  ),
  why: Type.String({ description: 'in a sentence, with the numbers' }),
  lastOfferAt: Type.Optional(instant),
  noOfferSince: Type.Optional(
    Type.String({ format: 'date-time', description: 'since the last offer to its role, or the subscription' }),
  ),
  quota: Type.Optional(
    Type.Object(
      { role: Type.String(), limits: quantities, held: quantities },
      { description: 'of its role or the one above it, by name of the resource; held: in use or offered' },
    ),
  ),
  quotaUnknown: Type.Optional(Type.String({ description: 'why the quotas of the master are not known' })),
  agents: Type.Object({ known: count, fitting: count }),
});

const whyWithReasons = Type.Object({
  ...why.properties,
  ruledOut: Type.Array(
    Type.Object({
      reason: oneOf(
        'cpus',
        'memory',
        'disk',
        'ports',
        'scalar',
        'constraint',
        'other-group',
        'exclusive',
        'set',
        'leaving',
        'role',
      ),
      what: Type.String(),
      agents: count,
      wanted: Type.Optional(Type.Number()),
      best: Type.Optional(Type.Number()),
      bestAgent: Type.Optional(Type.String()),
    }),
    { description: 'agents by reason; one may lack several things' },
  ),
});

// The lists of views are readonly, which no schema's type is: what they hold is compared without them.
export const OfferRound = Type.Unsafe<Covers<typeof round, OfferRoundView>>(roundWithOffers);
export const MesosAgent = Type.Unsafe<Covers<typeof agent, MesosAgentView>>(agentWithLists);
export const TaskWhy = Type.Unsafe<Covers<typeof why, TaskWhyView>>(whyWithReasons);
