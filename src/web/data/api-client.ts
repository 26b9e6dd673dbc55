/**
 * Requests to the scheduler, always relative to the page, so that it works below any path prefix. What fails is a
 * `RequestFailed` in the scheduler's own words, or in ours when it did not answer.
 */
import type { JarView, ProblemView } from '../../api/views.ts';
import { observable } from './observable.ts';
import { authorization } from './token.ts';

export class RequestFailed extends Error {
  readonly code: string;
  /** What to do, as a sentence without its full stop. */
  readonly advice: string;

  constructor(code: string, message: string, advice: string) {
    super(message);
    this.code = code;
    this.advice = advice;
  }
}

/** True from the first answer that asked for a token until a request with one went through. */
export const tokenNeeded = observable(false);

/** Acts may take long (Flink runs a job's main method); what is only looked at may not. */
const longestLookMs = 30_000;

export async function ask<T>(path: string, method = 'GET', body?: unknown): Promise<T> {
  const response = await reached(
    fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...authorization(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(method === 'GET' && { signal: AbortSignal.timeout(longestLookMs) }),
    }),
  );
  return understand<T>(response.status, await reached(response.text()));
}

/** A file as it is. */
export async function fetchBytes(path: string): Promise<Blob> {
  const response = await reached(fetch(path, { headers: authorization() }));
  if (!response.ok) return understand<never>(response.status, await reached(response.text()));
  return reached(response.blob());
}

export interface Upload {
  readonly done: Promise<JarView>;
  cancel(): void;
}

/** fetch cannot tell how far an upload is; XMLHttpRequest can. */
export function uploadJar(
  cluster: string,
  file: File,
  progress: (sentBytes: number, allBytes: number) => void,
): Upload {
  const request = new XMLHttpRequest();
  const { promise, resolve, reject } = Promise.withResolvers<JarView>();
  request.open('POST', `v1/clusters/${encodeURIComponent(cluster)}/jars`);
  for (const [name, value] of Object.entries(authorization())) request.setRequestHeader(name, value);
  request.upload.onprogress = ({ loaded, total }) => progress(loaded, total);
  request.onload = () => {
    try {
      resolve(understand<JarView>(request.status, request.responseText));
    } catch (error) {
      reject(error);
    }
  };
  request.onerror = () => reject(notReached(new Error('the connection broke')));
  request.onabort = () => reject(new RequestFailed('CANCELLED', 'The upload was cancelled', 'nothing was kept'));
  const form = new FormData();
  form.append('jarfile', file);
  request.send(form);
  return { done: promise, cancel: () => request.abort() };
}

function understand<T>(status: number, text: string): T {
  const answer = parse(text);
  if (status === 401) tokenNeeded.set(true);
  if (status >= 200 && status < 300 && answer !== undefined) {
    tokenNeeded.set(false);
    return answer as T;
  }
  const { code, message, advice } = (answer ?? {}) as Partial<ProblemView>;
  if (code !== undefined && message !== undefined) throw new RequestFailed(code, message, advice ?? '');
  throw new RequestFailed(
    'UNEXPECTED',
    `The answer was not the scheduler's (HTTP ${status})`,
    'is there a proxy between?',
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A connection may break before the answer, or within it. */
function reached<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw notReached(error);
  });
}

function notReached(error: unknown): RequestFailed {
  const why = error instanceof Error && error.message !== '' ? ` (${error.message})` : '';
  return new RequestFailed(
    'UNREACHED',
    `The scheduler did not answer${why}`,
    'is it running? This page tries again by itself',
  );
}

/** Any failure, as one that can be shown. */
export function asFailure(error: unknown): RequestFailed {
  if (error instanceof RequestFailed) return error;
  return new RequestFailed('DEFECT', `This page failed: ${String(error)}`, 'reload it, and please report this');
}
