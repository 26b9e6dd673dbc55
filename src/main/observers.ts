/** Who listens to the facts and who looks at intervals: the log and the account, metrics, utilisation, traces. */
import { randomBytes } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { FlinkRest } from '../flink/rest/flink-rest.ts';
import { createMetrics } from '../observability/metrics.ts';
import { otlpSettings, startOtlpExporter } from '../observability/traces/otlp.ts';
import { createTracer, type Tracer } from '../observability/traces/tracer.ts';
import { startUtilisation, systemEvery, type Utilisation } from '../observability/utilisation/utilisation.ts';
import type { Runtime, StampedFact } from '../runtime/runtime.ts';
import { version } from './version.ts';

export interface Observers {
  readonly utilisation: Utilisation;
  /** What the API hands out and is followed by; a tracer where a collector is named. */
  readonly forApi: { readonly metrics: () => Promise<string>; readonly tracer?: Tracer };
  stop(): Promise<void>;
}

interface ObserverParts {
  readonly logger: FastifyBaseLogger;
  readonly onFact: (fact: StampedFact) => void;
}

export function startObservers(runtime: Runtime, { read }: Pick<FlinkRest, 'read'>, parts: ObserverParts): Observers {
  const utilisation = startUtilisation({ source: runtime, readFlink: read, now: Date.now, every: systemEvery });
  const metrics = createMetrics({ ...runtime, used: utilisation.last });
  const traces = startTraces(parts.logger);
  for (const listener of [metrics.count, parts.onFact, ...(traces ? [traces.tracer.hear] : [])])
    runtime.onFact(listener);
  return {
    utilisation,
    forApi: { metrics: metrics.text, ...(traces && { tracer: traces.tracer }) },
    async stop() {
      utilisation.stop();
      await traces?.exporter.close();
    },
  };
}

function startTraces(logger: FastifyBaseLogger) {
  const warn = (message: string) => logger.warn(message);
  const settings = otlpSettings(process.env, warn);
  if (settings === undefined) return undefined;
  const exporter = startOtlpExporter({ settings, version, warn });
  const tracer = createTracer({ randomHex: (digits) => randomBytes(digits / 2).toString('hex'), emit: exporter.add });
  return { exporter, tracer };
}
