/** What the payload of each type of event must have (scheduler.proto and master.proto; TaskStatus, Offer and the rest of mesos.proto). */
import { offerWith, resource, taskStatus } from './busy-shapes.ts';
import type { MasterEvent } from './operator.ts';
import type { SchedulerEvent } from './scheduler.ts';
import { int64, list, number, object, optional, type Shape, text } from './shapes.ts';

const anything = object({});
const id = object({ value: text });
const time = object({ nanoseconds: int64 });

const unavailability = object({ start: time, duration: optional(time) });
const offer = offerWith(unavailability);
const inverseOffer = object({
  id,
  framework_id: id,
  agent_id: optional(id),
  unavailability,
  resources: list(resource),
});
const operationStatus = object({
  operation_id: optional(id),
  state: text,
  uuid: optional(object({ value: text })),
  agent_id: optional(id),
  converted_resources: list(resource),
});

export const schedulerShapes: Readonly<Record<Exclude<SchedulerEvent['type'], 'HEARTBEAT'>, Shape>> = {
  SUBSCRIBED: object({
    framework_id: id,
    heartbeat_interval_seconds: optional(number),
    master_info: optional(anything),
  }),
  OFFERS: object({ offers: list(offer) }),
  INVERSE_OFFERS: object({ inverse_offers: list(inverseOffer) }),
  RESCIND: object({ offer_id: id }),
  RESCIND_INVERSE_OFFER: object({ inverse_offer_id: id }),
  UPDATE: object({ status: taskStatus }),
  UPDATE_OPERATION_STATUS: object({ status: operationStatus }),
  MESSAGE: object({ agent_id: id, executor_id: id, data: text }),
  FAILURE: object({ agent_id: optional(id), executor_id: optional(id), status: optional(number) }),
  ERROR: object({ message: text }),
};

const task = object({ task_id: id, framework_id: id, agent_id: id, state: text, statuses: list(anything) });
const agent = object({ agent_info: object({ hostname: text, id: optional(id) }) });
const framework = object({ framework_info: object({ name: text, id: optional(id) }) });
const tasks = list(task);
const state = object({
  get_tasks: optional(object({ tasks, unreachable_tasks: tasks, completed_tasks: tasks })),
  get_frameworks: optional(object({ frameworks: list(framework) })),
  get_agents: optional(object({ agents: list(agent) })),
});

export const masterShapes: Readonly<Record<Exclude<MasterEvent['type'], 'HEARTBEAT'>, Shape>> = {
  SUBSCRIBED: object({ get_state: optional(state), heartbeat_interval_seconds: optional(number) }),
  TASK_ADDED: object({ task }),
  TASK_UPDATED: object({ framework_id: id, status: taskStatus, state: text }),
  AGENT_ADDED: object({ agent }),
  AGENT_REMOVED: object({ agent_id: id }),
  FRAMEWORK_ADDED: object({ framework }),
  FRAMEWORK_UPDATED: object({ framework }),
  FRAMEWORK_REMOVED: object({ framework_info: object({ id: optional(id) }) }),
};
