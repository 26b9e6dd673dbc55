/** What the API is built from. */
import type { FastifyBaseLogger } from 'fastify';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { Drivers } from '../dispatcher/drivers.ts';
import type { Tracer } from '../observability/traces/tracer.ts';
import type { Operator } from '../operator/operator.ts';
import type { Audit } from './access/audit.ts';
import type { AccessRules } from './access/rules.ts';
import type { ApiLimits } from './limits.ts';

export interface ApiParts {
  readonly dispatcher: Dispatcher;
  readonly artifacts: ArtifactStore;
  /** What JobManagers of elastic clusters talk to. */
  readonly drivers?: Drivers;
  /** The service as operators of DC/OS know it. */
  readonly operator?: Operator;
  /** The metrics as Prometheus reads them (text format 0.0.4). */
  readonly metrics: () => Promise<string>;
  /** With them every request but health and artifacts must name its caller; without them only this machine may ask. */
  readonly access?: AccessRules;
  /** Hears of every act, and of requests that were turned away. */
  readonly audit?: Audit;
  /** Follows acts to what comes of them. */
  readonly tracer?: Tracer;
  /** The address that agents and browsers are told; its host is accepted beside loopback names. */
  readonly advertiseUrl?: string;
  /** It speaks https then; both in PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly logger?: FastifyBaseLogger;
  readonly limits?: Partial<ApiLimits>;
}
