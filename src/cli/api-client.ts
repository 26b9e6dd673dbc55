/** The API over HTTP, as the commands use it. Whatever fails becomes a Problem, the API's own ones included. */
import type { HealthView, JarView, ProblemView } from '../api/views.ts';
import { Problem, type ProblemCode, problemTable } from '../lib/problem.ts';
import { type HttpAnswer, type HttpConnection, type HttpRequest, openHttp } from './http.ts';
import { openJarForm } from './jar-form.ts';
import { parseEvents, type ServerSentEvent } from './server-sent-events.ts';

export interface ApiClient {
  readonly url: string;
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body?: unknown): Promise<Answer>;
  put<Answer>(path: string, body: unknown): Promise<Answer>;
  delete<Answer>(path: string): Promise<Answer>;
  health(): Promise<HealthView>;
  /** Streams the file; without a cluster, for all of them. */
  uploadJar(cluster: string | undefined, file: string): Promise<JarView>;
  /** Ends when the server ends it; fails with UNREACHABLE when the connection breaks. */
  follow(after: number, lastEventId: string | undefined, signal?: AbortSignal): AsyncIterable<ServerSentEvent>;
}

/** A plan is answered whole then: the status is for who only looks at that. */
const PLAN_WITH_ERRORS = 417;

export interface ApiAddress {
  readonly url: string;
  /** The whole header. */
  readonly authorization?: string;
  readonly connection?: HttpConnection;
  /** What an answer means that is not the scheduler's: somebody between may have given it. */
  readonly explain?: (status: number) => Problem | undefined;
}

export function createApiClient(address: ApiAddress): ApiClient {
  const url = checkedUrl(address.url);
  const { authorization, explain = () => undefined } = address;
  const request = openHttp(address.connection);

  const ask = async (base: string, path: string, options: HttpRequest): Promise<HttpAnswer> => {
    const headers = { ...options.headers, ...(authorization !== undefined && { authorization }) };
    try {
      return await request(`${base}${path}`, { ...options, headers });
    } catch (error) {
      throw asUnreachable(error, base);
    }
  };
  /** A standby names the leader. It was given the token already. */
  const send = async (path: string, options: HttpRequest): Promise<HttpAnswer> => {
    const answer = await ask(url, path, options);
    const leader = leaderNamedBy(answer, path);
    if (leader === undefined) return answer;
    await answer.body.dump();
    return ask(leader, path, options);
  };
  /** Asked before what can be sent only once. */
  const leader = async (): Promise<string> => {
    const answer = await ask(url, '/v1/info', { method: 'GET' });
    await answer.body.dump();
    return leaderNamedBy(answer, '/v1/info') ?? url;
  };
  const call = async <T>(path: string, options: HttpRequest): Promise<T> => {
    const answer = await send(path, options);
    if (answer.statusCode >= 300 && answer.statusCode !== PLAN_WITH_ERRORS) throw await asProblem(answer, url, explain);
    return (await readJson(answer, url, explain)) as T;
  };

  return {
    url,
    get: (path) => call(path, { method: 'GET' }),
    delete: (path) => call(path, { method: 'DELETE' }),
    post: (path, body) => call(path, body === undefined ? { method: 'POST' } : jsonBody(body)),
    put: (path, body) => call(path, { ...jsonBody(body), method: 'PUT' }),
    async health() {
      const answer = await send('/v1/health', { method: 'GET' });
      const body = (await readJson(answer, url, explain)) as HealthView;
      if (typeof body.healthy !== 'boolean') throw notFlinkMesos(answer, url);
      return body;
    },
    async uploadJar(cluster, file) {
      const base = await leader();
      const form = await openJarForm(file);
      const of = cluster === undefined ? '' : `/clusters/${encodeURIComponent(cluster)}`;
      const answer = await ask(base, `/v1${of}/jars`, { method: 'POST', ...form });
      if (answer.statusCode >= 300) throw await asProblem(answer, base, explain);
      return (await readJson(answer, base, explain)) as JarView;
    },
    async *follow(after, lastEventId, signal) {
      const resume = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
      const answer = await send(`/v1/events?after=${after}`, {
        method: 'GET',
        headers: { accept: 'text/event-stream', ...resume },
        bodyTimeout: 60_000, // the server's comments come far more often
        signal: signal ?? null,
      });
      if (answer.statusCode !== 200) throw await asProblem(answer, url, explain);
      try {
        yield* parseEvents(answer.body);
      } catch (error) {
        throw asUnreachable(error, url);
      }
    },
  };
}

function checkedUrl(address: string): string {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new Problem('USAGE', `--url ${address}: expected an address like http://127.0.0.1:8180`);
  }
  return address.replace(/\/+$/, '');
}

function leaderNamedBy({ statusCode, headers }: HttpAnswer, path: string): string | undefined {
  const { location } = headers;
  if (statusCode !== 307 || typeof location !== 'string' || !location.endsWith(path)) return undefined;
  const base = location.slice(0, -path.length);
  return URL.canParse(base) && /^https?:$/.test(new URL(base).protocol) ? base : undefined;
}

function jsonBody(body: unknown): HttpRequest {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function asUnreachable(error: unknown, url: string): unknown {
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || error instanceof Problem) return error;
  return new Problem('UNREACHABLE', `no answer from ${url}: ${message || code || name}`, { cause: error });
}

type Explain = NonNullable<ApiAddress['explain']>;

async function readJson(answer: HttpAnswer, url: string, explain: Explain): Promise<unknown> {
  const text = await answer.body.text();
  try {
    return JSON.parse(text);
  } catch {
    throw explain(answer.statusCode) ?? notFlinkMesos(answer, url);
  }
}

async function asProblem(answer: HttpAnswer, url: string, explain: Explain): Promise<Problem> {
  const body = (await readJson(answer, url, explain)) as Partial<ProblemView>;
  if (body === null || typeof body !== 'object' || typeof body.code !== 'string') {
    return explain(answer.statusCode) ?? notFlinkMesos(answer, url);
  }
  const known = Object.hasOwn(problemTable, body.code);
  const message = known ? String(body.message) : `${body.code}: ${body.message}`;
  return new Problem(known ? (body.code as ProblemCode) : 'INTERNAL', message, { details: body.details ?? {} });
}

function notFlinkMesos(answer: HttpAnswer, url: string): Problem {
  const type = String(answer.headers['content-type'] ?? 'no content type');
  return new Problem('UNREACHABLE', `what answers at ${url} is not flink-mesos (HTTP ${answer.statusCode}, ${type})`);
}
