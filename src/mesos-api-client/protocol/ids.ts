import type { Brand } from '../../lib/brand.ts';

export type FrameworkId = Brand<string, 'FrameworkId'>;
export type AgentId = Brand<string, 'AgentId'>;
export type OfferId = Brand<string, 'OfferId'>;
export type TaskId = Brand<string, 'TaskId'>;
export type ExecutorId = Brand<string, 'ExecutorId'>;
export type OperationId = Brand<string, 'OperationId'>;
export type ResourceProviderId = Brand<string, 'ResourceProviderId'>;

/** On the wire every id is an object with one member, `{"value": "…"}`. */
export interface Id<Value extends string = string> {
  value: Value;
}
