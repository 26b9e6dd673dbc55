/**
 * One request to a JobManager: bounded in time and size, and its failure told apart: FLINK_REFUSED when Flink answered
 * no (asking again changes nothing), UNREACHABLE or TIMED_OUT when nobody knows what became of it.
 */
import { Agent, type Dispatcher, errors, request } from 'undici';
import { Problem } from '../../lib/problem.ts';
import { wordsOfRefusal } from './flink-words.ts';

export interface FlinkHttp {
  ask(url: string, question: FlinkQuestion): Promise<unknown>;
  close(): Promise<void>;
}

export interface FlinkQuestion {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly json?: unknown;
  readonly body?: Dispatcher.DispatchOptions['body'];
  readonly signal?: AbortSignal;
  /** Between the request and the whole of its answer. */
  readonly withinMs: number;
}

const CONNECT_WITHIN_MS = 3000;
const MOST_BYTES = 32 * 1024 * 1024;

export function createFlinkHttp(): FlinkHttp {
  const agent = new Agent({ connect: { timeout: CONNECT_WITHIN_MS }, connections: 4, maxResponseSize: MOST_BYTES });
  return {
    ask: (url, question) => ask(agent, url, question),
    close: () => agent.close(),
  };
}

async function ask(agent: Agent, url: string, question: FlinkQuestion): Promise<unknown> {
  const { status, text } = await exchange(agent, url, question);
  if (status >= 200 && status < 300) return parse(text, `${question.method} ${url}${question.path}`);
  // 503: the JobManager has no leading dispatcher yet. 504 and the like come from something between us.
  if (status === 503 || status === 502 || status === 504) {
    throw new Problem('UNREACHABLE', `${url} is not ready: ${wordsOfRefusal(status, text)}`);
  }
  const words = wordsOfRefusal(status, text);
  // One part of Flink waited in vain for another: that may still do what it was asked.
  if (/TimeoutException/.test(words)) throw new Problem('TIMED_OUT', words);
  throw new Problem('FLINK_REFUSED', words, { details: { status } });
}

async function exchange(agent: Agent, url: string, question: FlinkQuestion): Promise<{ status: number; text: string }> {
  const { method, path, json, body, signal, withinMs } = question;
  const deadline = AbortSignal.timeout(withinMs);
  try {
    const answer = await request(url + path, {
      dispatcher: agent,
      method,
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
      headersTimeout: withinMs,
      bodyTimeout: withinMs,
      ...(json !== undefined && { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }),
      ...(body !== undefined && { body }),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  } catch (error) {
    if (deadline.aborted || isTimeout(error)) {
      throw new Problem('TIMED_OUT', `no answer from ${url}${path} within ${withinMs} ms`, { cause: error });
    }
    throw new Problem('UNREACHABLE', `no answer from ${url}${path}: ${reasonOf(error)}`, { cause: error });
  }
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch (error) {
    throw new Problem('UNREACHABLE', `the answer to ${what} is no JSON: something else listens there`, {
      cause: error,
    });
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError;
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}
