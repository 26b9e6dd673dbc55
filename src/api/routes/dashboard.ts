/**
 * The dashboard's files. The addresses are a fixed list, so nothing of a request's path ever reaches the file system.
 * They hold nothing secret and need no token: what the page then asks the API for does.
 */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { open } from '../access/access.ts';
import { type DashboardFileName, dashboardFiles } from '../dashboard-files.ts';

/**
 * Only our own script and style, no inline ones; requests to us alone. Trusted types make the browser refuse to parse
 * any text as markup, whoever wrote it.
 */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const addresses: Readonly<Record<string, DashboardFileName>> = {
  '/': 'index.html',
  '/web/dashboard.js': 'dashboard.js',
  '/web/dashboard.css': 'dashboard.css',
  '/web/icon.svg': 'icon.svg',
};

export function dashboardRoutes(): FastifyPluginAsyncTypebox {
  return async (app) => {
    for (const [address, name] of Object.entries(addresses)) {
      app.get(address, { config: open, schema: { hide: true } }, async ({ headers }, reply) => {
        const { type, etag, content, zipped } = (await dashboardFiles())[name];
        reply.headers({
          'content-security-policy': pagePolicy,
          'cache-control': 'no-cache',
          vary: 'accept-encoding',
          etag,
        });
        if (headers['if-none-match'] === etag) return reply.code(304).send();
        reply.type(type);
        if (!/\bgzip\b/.test(headers['accept-encoding'] ?? '')) return reply.send(content);
        return reply.header('content-encoding', 'gzip').send(zipped);
      });
    }
  };
}
