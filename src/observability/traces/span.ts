/** A span as OpenTelemetry has them, in our words: what lasted from when to when, within which trace, below what. */
import type { EpochMs } from '../../lib/brand.ts';

export interface SpanContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
}

export interface Span extends SpanContext {
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: 'server' | 'internal';
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Why it failed, where it did. */
  readonly failure?: string;
}

/** `00-TRACE-SPAN-FLAGS` (W3C Trace Context, 3.2): the caller's own trace is gone on with. */
export function parseTraceparent(header: string | undefined): SpanContext | undefined {
  const [, traceId, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(header ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId };
}
