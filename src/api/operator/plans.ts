/** Plans: how far deployment, update and recovery have come, and an operator's hand in them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Operator } from '../../operator/operator.ts';
import type { PlanAct } from '../../operator/plan-acts.ts';
import { type Plan, planNames } from '../../operator/plan-model.ts';
import { failures } from '../schemas.ts';
import { planView } from './plan-view.ts';
import { Message, Names, PlanAnswer } from './schemas.ts';

const tags = ['plans'];
const planParams = Type.Object({ plan: Type.String({ description: planNames.join(', ') }) });

/** `start` and `stop` are for plans that begin by command; ours go by themselves, so they continue and interrupt. */
const acts: Readonly<Record<string, PlanAct>> = {
  start: 'continue',
  continue: 'continue',
  stop: 'interrupt',
  interrupt: 'interrupt',
  restart: 'restart',
  forceComplete: 'forceComplete',
};

export function planRoutes(operator: Operator): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/plans',
      {
        schema: { tags, summary: 'The names of the plans', response: { 200: Names, ...failures } },
      },
      async () => operator.planNames(),
    );

    app.get(
      '/v1/plans/:plan',
      {
        schema: {
          tags,
          summary:
            'A plan with its phases and steps: 200 when it is complete, 202 when it is not, 417 when it has errors',
          params: planParams,
          response: { 200: PlanAnswer, 202: PlanAnswer, 417: PlanAnswer, ...failures },
        },
      },
      async ({ params }, reply) => {
        const plan = operator.plan(params.plan);
        return reply.code(codeOf(plan)).send(planView(plan));
      },
    );

    for (const [word, act] of Object.entries(acts)) {
      app.post(
        `/v1/plans/:plan/${word}`,
        {
          schema: {
            tags,
            summary: summaries[act],
            params: planParams,
            querystring: Type.Object({ phase: Type.Optional(Type.String()), step: Type.Optional(Type.String()) }),
            response: { 200: Message, 208: Message, ...failures },
          },
        },
        async ({ params, query }, reply) => {
          const { already, message } = await operator.actOnPlan(params.plan, act, query);
          return reply.code(already ? 208 : 200).send({ message });
        },
      );
    }
  };
}

const summaries: Readonly<Record<PlanAct, string>> = {
  continue: 'Go on with a plan, or one phase of it; 208 where it was not interrupted',
  interrupt: 'Launch nothing more for a plan, or one phase of it, until it is continued',
  restart: 'End the tasks of a plan, a phase or a step, so that others take their places',
  forceComplete: 'Wait no longer for a plan, a phase or a step',
};

function codeOf({ status, errors }: Plan): 200 | 202 | 417 {
  if (errors.length > 0) return 417;
  return status === 'COMPLETE' ? 200 : 202;
}
