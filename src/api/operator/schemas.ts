/** The shapes of the operators' answers, for /openapi.json. */
import { Type } from 'typebox';
import type { Endpoint } from '../../operator/endpoints.ts';
import type { PlanView } from './plan-view.ts';

const text = Type.String();
const texts = Type.Array(text);
export const Names = Type.Unsafe<readonly string[]>(texts);
const count = Type.Integer({ minimum: 0 });
const counts = Type.Record(Type.String(), count);
const anything = Type.Record(Type.String(), Type.Unknown());

export const Message = Type.Object({ message: text });

const Step = Type.Object({ id: text, name: text, status: text, message: text });
const Phase = Type.Object({ id: text, name: text, strategy: text, status: text, steps: Type.Array(Step) });
const plan = Type.Object({ strategy: text, status: text, errors: texts, phases: Type.Array(Phase) });
export const PlanAnswer = Type.Unsafe<PlanView>(plan);

export const PodStatus = Type.Object({
  name: text,
  tasks: Type.Array(Type.Object({ id: Type.Optional(text), name: text, status: text })),
});
export const PodsStatus = Type.Object({
  service: text,
  pods: Type.Array(Type.Object({ name: text, instances: Type.Array(PodStatus) })),
});
export const PodInfo = Type.Array(Type.Object({ info: anything, status: anything }));
export const PodCommandAnswer = Type.Object({ pod: text, tasks: texts });

const endpoint = Type.Object({ dns: texts, address: texts, vip: Type.Optional(text) });
export const EndpointAnswer = Type.Unsafe<Endpoint>(endpoint);
export const Configuration = Type.Object({ id: text, at: text, options: Type.Record(Type.String(), text) });
export const Metrics = Type.Object({ version: text, counters: anything, gauges: anything });

export const OfferOutcomes = Type.Object({
  accepted_count: count,
  rejected_count: count,
  failure_reasons: counts,
  rejected_agents: counts,
  outcomes: Type.Array(anything),
  waiting: Type.Array(anything),
});
export const TaskStatuses = Type.Array(anything);
export const Reservations = Type.Array(anything);
