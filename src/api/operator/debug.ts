/** What operators look at when nothing happens: what became of offers, the last word on each task, what is reserved. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import _ from 'lodash';
import { Type } from 'typebox';
import type { Dispatcher } from '../../dispatcher/dispatcher.ts';
import type { OfferRoundView } from '../../dispatcher/why-views.ts';
import type { Operator } from '../../operator/operator.ts';
import type { ApiParts } from '../parts.ts';
import { failures } from '../schemas.ts';
import { planView } from './plan-view.ts';
import { OfferOutcomes, Reservations, TaskStatuses } from './schemas.ts';

const tags = ['debug'];
const OUTCOMES_SHOWN = 100;

export function debugRoutes(operator: Operator, { dispatcher }: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    for (const version of ['v1', 'v2']) {
      app.get(
        `/${version}/debug/offers`,
        {
          schema: {
            tags,
            summary: 'What became of the last offers, and why',
            response: { 200: OfferOutcomes, ...failures },
          },
        },
        async () => offerOutcomes(dispatcher),
      );
    }
    app.get(
      '/v1/debug/plans',
      {
        schema: {
          tags,
          summary: 'All plans',
          response: { 200: Type.Record(Type.String(), Type.Unknown()), ...failures },
        },
      },
      async () => Object.fromEntries(operator.planNames().map((name) => [name, planView(operator.plan(name))])),
    );
    app.get(
      '/v1/debug/taskStatuses',
      { schema: { tags, summary: 'The last word on each task', response: { 200: TaskStatuses, ...failures } } },
      async () =>
        dispatcher.tasks().map(({ id, state, reason, message, hostname, agentId }) => ({
          taskId: id,
          state,
          ...(agentId !== undefined && { agentId }),
          ...(hostname !== undefined && { hostname }),
          ...(reason !== undefined && { reason }),
          ...(message !== undefined && { message }),
        })),
    );
    app.get(
      '/v1/debug/reservations',
      { schema: { tags, summary: 'What is reserved at which agent', response: { 200: Reservations, ...failures } } },
      async () =>
        (await dispatcher.agents()).flatMap(({ agentId, hostname, places }) => {
          return places.map((place) => ({ agentId, hostname, ...place }));
        }),
    );
  };
}

type Outcome = 'Pass' | 'Fail';

/** As dcos-commons' OfferOutcomeTracker: the last ones singly, all that are remembered counted. */
async function offerOutcomes(dispatcher: Pick<Dispatcher, 'offers' | 'why'>) {
  const offers = dispatcher.offers().flatMap((round) => round.offers);
  const settled = offers.filter(({ outcome }) => outcome === 'accepted' || outcome === 'declined');
  const [accepted, rejected] = _.partition(settled, ({ outcome }) => outcome === 'accepted');
  const reasons = _.countBy(rejected, ({ why }) => why ?? 'no reason is remembered');
  return {
    accepted_count: accepted.length,
    rejected_count: rejected.length,
    failure_reasons: reasons,
    rejected_agents: _.countBy(rejected, ({ agentId }) => agentId),
    outcomes: settled.slice(0, OUTCOMES_SHOWN).map(outcomeView),
    waiting: (await dispatcher.why()).map(({ task, cluster, part, why }) => ({ task, cluster, part, why })),
  };
}

function outcomeView({ at, outcome, why, tasks, ...offer }: OfferRoundView['offers'][number]) {
  const said: Outcome = outcome === 'accepted' ? 'Pass' : 'Fail';
  return {
    timestamp: at,
    'pod-instance-name': (tasks ?? []).join(', '),
    outcome: said,
    explanation: why === undefined ? [] : [why],
    offer: _.pick(offer, ['offerId', 'agentId', 'hostname', 'role', 'resources']),
  };
}
