/**
 * The scheduler's HTTP face: one fastify plugin a resource, schema beside route, errors in one shape. It is built here
 * and listens in main, which asks checkBinding first.
 */
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance, type FastifyServerOptions, LogController } from 'fastify';
import { Problem } from '../lib/problem.ts';
import { guardAccess } from './access/access.ts';
import { acceptOnlyJson } from './json-body.ts';
import { type ApiLimits, defaultLimits } from './limits.ts';
import { operatorRoutes } from './operator/operator-routes.ts';
import type { ApiParts } from './parts.ts';
import { answerProblem } from './problem-answers.ts';
import { artifactRoutes } from './routes/artifacts.ts';
import { clusterUpdateRoutes } from './routes/cluster-updates.ts';
import { clusterRoutes } from './routes/clusters.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { describeApi } from './routes/docs.ts';
import { driverRoutes } from './routes/driver.ts';
import { eventRoutes } from './routes/events.ts';
import { flinkProxy } from './routes/flink-proxy.ts';
import { healthRoutes } from './routes/health.ts';
import { jarRoutes } from './routes/jars.ts';
import { jobOperationRoutes } from './routes/job-operations.ts';
import { jobRoutes } from './routes/jobs.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { sessionRoutes } from './routes/session.ts';
import { taskFileRoutes } from './routes/task-files.ts';
import { taskRoutes } from './routes/tasks.ts';
import { utilisationRoutes } from './routes/utilisation.ts';
import { whyRoutes } from './routes/why.ts';
import { sendSecurityHeaders } from './security-headers.ts';
import { traceActs } from './trace-acts.ts';

export { checkBinding } from './access/binding.ts';
export type { ApiParts } from './parts.ts';

const PLUGIN_START_MS = 120_000;

export function buildApi(parts: ApiParts): FastifyInstance {
  const limits = { ...defaultLimits, ...parts.limits };
  const app = createServer(parts, limits);
  sendSecurityHeaders(app);
  guardAccess(app, parts);
  if (parts.tracer !== undefined) traceActs(app, parts.tracer, parts.dispatcher);
  describeApi(app, parts.dispatcher.info().version);
  for (const routes of [
    dashboardRoutes(),
    healthRoutes(parts),
    clusterRoutes(parts),
    clusterUpdateRoutes(parts),
    taskRoutes(parts),
    taskFileRoutes(parts),
    whyRoutes(parts),
    jarRoutes(parts, limits),
    jobRoutes(parts),
    jobOperationRoutes(parts),
    eventRoutes(parts, limits),
    metricsRoutes(parts),
    utilisationRoutes(parts),
    artifactRoutes(parts),
    sessionRoutes(parts),
    driverRoutes(parts, limits),
    ...operatorRoutes(parts),
  ]) {
    app.register(routes);
  }
  // What fails there is the client's and Flink's affair: answered, not logged.
  app.register(flinkProxy(parts, limits), { logLevel: 'error' });
  return app;
}

function createServer({ logger, tls }: ApiParts, limits: ApiLimits): FastifyInstance {
  const options: FastifyServerOptions = {
    ...(logger === undefined ? {} : { loggerInstance: logger }),
    // Facts are what is logged; addresses of requests may hold signatures.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.jsonBytes,
    routerOptions: { maxParamLength: 256 },
    forceCloseConnections: 'idle',
    // What does not start in fastify's ten seconds does on a busy machine a little later.
    pluginTimeout: PLUGIN_START_MS,
    frameworkErrors: answerProblem,
  };
  // A server of TLS is one of HTTP in all that the routes see.
  const app = Fastify(tls === undefined ? options : ({ ...options, https: tls } as FastifyServerOptions));
  // No coercion in bodies, no removal of what is unknown: bad input is refused as it came.
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  // Schemas of answers describe; views are sent as they are.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler((request) => {
    throw new Problem('NOT_FOUND', `there is no ${request.method} ${request.url.split('?', 1)[0]}`);
  });
  acceptOnlyJson(app, limits.jsonDepth);
  return app;
}
