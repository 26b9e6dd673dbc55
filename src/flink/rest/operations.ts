/**
 * What takes Flink a while: savepoints, stops and their disposal. Each is begun under an id that the caller chose, so that
 * asking again is asking once (Flink: registerOperationIdempotently), and then asked after until it is over.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../lib/problem.ts';
import type { FlinkHttp } from './flink-http.ts';
import { wordsOfTrace } from './flink-words.ts';
import { believe, OperationAnswer, RequirementsAnswer, TriggerAnswer } from './wire.ts';

export interface SavepointRequest {
  /** 32 hex digits. */
  readonly id: string;
  /** Default: the cluster's place for savepoints. */
  readonly directory?: string;
  readonly format?: 'CANONICAL' | 'NATIVE';
}

export interface StopRequest extends SavepointRequest {
  /** Lets event time come to its end first: nothing is to follow. */
  readonly drain: boolean;
}

const ASK_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 250;
/** A savepoint of much state takes minutes; Flink gives a checkpoint ten of them (execution.checkpointing.timeout). */
const OVER_WITHIN_MS = 15 * 60_000;

/** Resolves with its path. */
export function takeSavepoint(http: FlinkHttp, url: string, job: string, request: SavepointRequest): Promise<string> {
  const { id, directory, format } = request;
  const json = {
    'cancel-job': false,
    triggerId: id,
    ...(directory !== undefined && { 'target-directory': directory }),
    ...(format !== undefined && { formatType: format }),
  };
  return locationOf(http, url, { path: `/jobs/${job}/savepoints`, json, statusPath: `/jobs/${job}/savepoints` });
}

/** Resolves with the path of the savepoint that it left. */
export function stopJob(http: FlinkHttp, url: string, job: string, request: StopRequest): Promise<string> {
  const { id, directory, format, drain } = request;
  const json = {
    drain,
    triggerId: id,
    ...(directory !== undefined && { targetDirectory: directory }),
    ...(format !== undefined && { formatType: format }),
  };
  return locationOf(http, url, { path: `/jobs/${job}/stop`, json, statusPath: `/jobs/${job}/savepoints` });
}

export async function disposeSavepoint(http: FlinkHttp, url: string, savepointPath: string): Promise<void> {
  const path = '/savepoint-disposal';
  await carryOut(http, url, { path, json: { 'savepoint-path': savepointPath }, statusPath: path });
}

/** Of every vertex: as many as this, or as few as there are slots for. Adaptive schedulers alone know it. */
export async function rescaleInPlace(http: FlinkHttp, url: string, job: string, parallelism: number): Promise<void> {
  const path = `/jobs/${job}/resource-requirements`;
  const present = await http.ask(url, { method: 'GET', path, withinMs: ASK_WITHIN_MS });
  const vertices = Object.keys(believe(RequirementsAnswer, present, path));
  const bounds = { parallelism: { lowerBound: 1, upperBound: parallelism } };
  const json = Object.fromEntries(vertices.map((vertex) => [vertex, bounds]));
  await http.ask(url, { method: 'PUT', path, json, withinMs: ASK_WITHIN_MS });
}

interface Operation {
  readonly path: string;
  readonly json: object;
  /** Below it: the id. */
  readonly statusPath: string;
}

async function locationOf(http: FlinkHttp, url: string, operation: Operation): Promise<string> {
  const location = await carryOut(http, url, operation);
  if (location === undefined) throw new Problem('FLINK_REFUSED', 'Flink took a savepoint and does not say where it is');
  return location;
}

async function carryOut(http: FlinkHttp, url: string, operation: Operation): Promise<string | undefined> {
  const { path, json, statusPath } = operation;
  const begun = await http.ask(url, { method: 'POST', path, json, withinMs: ASK_WITHIN_MS });
  const id = believe(TriggerAnswer, begun, path)['request-id'];
  const statusOf = `${statusPath}/${id}`;
  const deadline = Date.now() + OVER_WITHIN_MS;
  while (Date.now() < deadline) {
    const answer = await http.ask(url, { method: 'GET', path: statusOf, withinMs: ASK_WITHIN_MS });
    const { status, operation: result } = believe(OperationAnswer, answer, statusOf);
    if (status.id === 'COMPLETED') {
      const failure = result?.['failure-cause'];
      if (failure) throw new Problem('FLINK_REFUSED', wordsOfTrace(failure['stack-trace'] ?? failure.class ?? ''));
      return result?.location;
    }
    await sleep(LOOK_EVERY_MS);
  }
  throw new Problem('TIMED_OUT', `${url}${statusOf} was not over within ${OVER_WITHIN_MS / 60_000} minutes`);
}
