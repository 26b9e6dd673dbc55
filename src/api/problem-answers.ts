/**
 * Whatever went wrong, as one shape: {code, message, advice, details} with the status of the table of problems. What
 * nobody foresaw is logged and answered as INTERNAL; its own words stay inside.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../lib/problem.ts';
import { describeViolations } from './validation.ts';
import type { ProblemView } from './views.ts';

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { validation, validationContext, statusCode, code, message } = error as Partial<FastifyError>;
  if (statusCode === 415)
    return new Problem('BAD_REQUEST', 'the body is not of the type that this route takes', { cause: error });
  if (validation) return describeViolations(validation, validationContext ?? 'body');
  if (statusCode === 413) return new Problem('TOO_LARGE', message ?? 'the body is too large', { cause: error });
  if (statusCode === 404) return new Problem('NOT_FOUND', message ?? 'there is no such thing', { cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Problem('BAD_REQUEST', message ?? 'the request cannot be understood', {
      details: code === undefined ? {} : { reason: code },
      cause: error,
    });
  }
  return new Problem('INTERNAL', 'something unexpected happened; the log of the scheduler says what', { cause: error });
}

function problemView(problem: Problem): ProblemView {
  return { code: problem.code, message: problem.message, advice: problem.advice, details: problem.details };
}

/** The route's pattern is logged, never the URL: its query may hold a signature. */
export function logUnexpected(problem: Problem, request: FastifyRequest): void {
  if (problem.code !== 'INTERNAL') return;
  request.log.error(
    { err: problem.cause ?? problem, method: request.method, route: request.routeOptions.url },
    'a request failed unexpectedly',
  );
}

export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = asProblem(error);
  logUnexpected(problem, request);
  if (problem.code === 'UNAUTHORIZED') reply.header('www-authenticate', 'Bearer realm="flink-mesos"');
  return reply
    .code(problem.status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(problemView(problem)));
}
