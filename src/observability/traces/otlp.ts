/**
 * Spans on their way to a collector: OTLP over HTTP as JSON (opentelemetry.io/docs/specs/otlp), in batches, bounded. A
 * collector that is away costs the oldest spans and a line in the log now and then, nothing else. Where it is and what it
 * is told besides comes from OpenTelemetry's own variables.
 */
import type { Span } from './span.ts';

export interface OtlpSettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
}

type Warn = (message: string) => void;

/** Undefined where no collector is named. What cannot be read is left out with a warning, as OpenTelemetry's specification has it. */
export function otlpSettings(
  environment: Readonly<Record<string, string | undefined>>,
  warn: Warn,
): OtlpSettings | undefined {
  const base = environment.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/+$/, '');
  const url = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base ? `${base}/v1/traces` : undefined);
  if (url === undefined || url === '' || environment.OTEL_SDK_DISABLED === 'true') return undefined;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    warn(`${url} is no address of a collector, like http://collector:4318: no traces are sent`);
    return undefined;
  }
  const headers = environment.OTEL_EXPORTER_OTLP_TRACES_HEADERS ?? environment.OTEL_EXPORTER_OTLP_HEADERS ?? '';
  return {
    url,
    headers: headersOf(headers, warn),
    serviceName: environment.OTEL_SERVICE_NAME ?? 'flink-mesos',
  };
}

/** `name=value,name=value`, values percent-encoded. */
function headersOf(text: string, warn: Warn): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) return [];
    const name = pair.slice(0, at).trim();
    try {
      return [[name, decodeURIComponent(pair.slice(at + 1).trim())] as const];
    } catch {
      // The value itself is not shown: it may be a secret.
      warn(`the header ${name} for the collector of traces is not percent-encoded: it is left out`);
      return [];
    }
  });
  return Object.fromEntries(pairs);
}

export interface OtlpExporter {
  add(span: Span): void;
  /** Sends what is left, within a bounded time. */
  close(): Promise<void>;
}

export interface OtlpParts {
  readonly settings: OtlpSettings;
  readonly version: string;
  readonly warn: Warn;
  readonly send?: typeof fetch;
}

const everyMs = 2_000;
const mostWaiting = 5_000;
const mostAtOnce = 500;
const withinMs = 5_000;
const warnEveryMs = 60_000;

export function startOtlpExporter({ settings, version, warn, send = fetch }: OtlpParts): OtlpExporter {
  let waiting: Span[] = [];
  let sending: Promise<void> | undefined;
  let warnedAt = Number.NEGATIVE_INFINITY;
  const fail = (why: string, lost: number) => {
    if (performance.now() - warnedAt < warnEveryMs) return;
    warnedAt = performance.now();
    warn(`traces do not reach ${new URL(settings.url).origin}: ${why}; ${lost} spans are lost`);
  };
  const flush = async (): Promise<void> => {
    const batch = waiting.splice(0, mostAtOnce);
    if (batch.length === 0) return;
    try {
      const answer = await send(settings.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...settings.headers },
        body: JSON.stringify(asOtlp(batch, settings.serviceName, version)),
        signal: AbortSignal.timeout(withinMs),
      });
      await answer.body?.cancel();
      if (!answer.ok) fail(`it answered ${answer.status}`, batch.length);
    } catch (error) {
      fail((error as Error).message, batch.length);
    }
  };
  const turn = () => {
    sending ??= flush().finally(() => {
      sending = undefined;
    });
    return sending;
  };
  const timer = setInterval(() => void turn(), everyMs);
  timer.unref();
  return {
    add(span) {
      waiting.push(span);
      if (waiting.length > mostWaiting) waiting = waiting.slice(-mostWaiting);
    },
    async close() {
      clearInterval(timer);
      await turn();
      await flush();
    },
  };
}

const kinds = { internal: 1, server: 2 } as const;
const failed = 2;

function asOtlp(spans: readonly Span[], serviceName: string, version: string): object {
  const resource = { attributes: attributesOf({ 'service.name': serviceName, 'service.version': version }) };
  return {
    resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'flink-mesos', version }, spans: spans.map(asSpan) }] }],
  };
}

function asSpan({ traceId, spanId, parentSpanId, name, kind, from, to, attributes, failure }: Span): object {
  return {
    ...{ traceId, spanId, name, kind: kinds[kind], attributes: attributesOf(attributes) },
    ...(parentSpanId !== undefined && { parentSpanId }),
    startTimeUnixNano: nanoseconds(from),
    endTimeUnixNano: nanoseconds(to),
    ...(failure !== undefined && { status: { code: failed, message: failure } }),
  };
}

/** 64-bit numbers are text in OTLP's JSON. */
function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}

function attributesOf(attributes: Readonly<Record<string, string | number>>): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }));
}
