/** Every act leaves a fact: who, what, when, with what result. Requests that were turned away are counted together. */
import type { FastifyInstance } from 'fastify';
import type { ActFact } from '../../lib/act-fact.ts';
import { changesSomething } from './browser-guard.ts';

export type Audit = (fact: ActFact) => void;

const REFUSALS_TOLD_EVERY_MS = 10_000;
const longestPath = 300;

export function auditActs(app: FastifyInstance, audit: Audit): void {
  const refused = refusalCounter(audit);
  app.addHook('onResponse', async (request, { statusCode: status, elapsedTime }) => {
    const { method, headers, caller, routeOptions } = request;
    const whole = request.url.split('?', 1)[0] ?? '';
    const path = whole.slice(0, longestPath);
    if (routeOptions.config?.open === true) return;
    if (caller === undefined) {
      if (status === 401 || status === 403) refused(method, path);
      return;
    }
    if (!changesSomething({ method, path: whole, headers })) return;
    audit({ kind: 'act.done', who: caller.name, by: caller.by, method, path, status, tookMs: Math.round(elapsedTime) });
  });
}

function refusalCounter(audit: Audit) {
  let times = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  return (method: string, path: string): void => {
    times++;
    const now = performance.now();
    if (now - toldAt < REFUSALS_TOLD_EVERY_MS) return;
    audit({ kind: 'access.refused', times, method, path });
    times = 0;
    toldAt = now;
  };
}
