/** What the API is built from. */
import type { FastifyBaseLogger } from 'fastify';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { Drivers } from '../dispatcher/drivers.ts';
import type { ApiLimits } from './limits.ts';

export interface ApiParts {
  readonly dispatcher: Dispatcher;
  readonly artifacts: ArtifactStore;
  /** What JobManagers of elastic clusters talk to. */
  readonly drivers?: Drivers;
  /** The metrics as Prometheus reads them (text format 0.0.4). */
  readonly metrics: () => Promise<string>;
  /** With it every request but health and artifacts must carry it; without it only this machine may ask. */
  readonly token?: string;
  /** The address that agents and browsers are told; its host is accepted beside loopback names. */
  readonly advertiseUrl?: string;
  readonly logger?: FastifyBaseLogger;
  readonly limits?: Partial<ApiLimits>;
}
