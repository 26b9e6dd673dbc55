/**
 * How much a scheduler's heap may grow before it is swept. V8 lets it double and more, and gives new objects up to 48 MiB; ours
 * is mostly records that stay, and what a takeover leaves behind (all records as bytes and as text) is garbage a moment
 * later. Swept sooner, ten thousand tasks fit into 256 MiB (`npm run bench:failover`), for a few milliseconds now and then.
 */
import { setFlagsFromString } from 'node:v8';

/** To be called first: what has grown does not shrink. */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=30');
  setFlagsFromString('--semi-space-growth-factor=1');
}
