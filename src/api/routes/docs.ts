/** The API described by itself: /openapi.json for programs, /docs for people. Nothing is loaded from elsewhere. */
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Must be registered before the routes that it describes. */
export function describeApi(app: FastifyInstance, version: string): void {
  app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'flink-mesos',
        description: 'Apache Flink on Apache Mesos: clusters, tasks, jars and jobs.',
        version,
        license: { name: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          token: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'token=TOKEN, as DC/OS sends it' },
        },
      },
      security: [{ bearer: [] }, { token: [] }],
    },
  });
  app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    staticCSP: pagePolicy,
    uiConfig: { docExpansion: 'list', validatorUrl: null, tryItOutEnabled: false },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
