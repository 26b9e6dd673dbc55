/**
 * The scenarios of the anchors' own tests, by family: what Fenzo and Flink's former Mesos module were held to. One file a
 * family; the tests named in docs/parity.md say what exactly is held here.
 */
import { activeResourceManager } from './parity/active-resource-manager.ts';
import { artifactServer } from './parity/artifact-server.ts';
import { connectionManager } from './parity/connection-manager.ts';
import { fenzo } from './parity/fenzo.ts';
import { launchCoordinator } from './parity/launch-coordinator.ts';
import { launchableWorker } from './parity/launchable-worker.ts';
import { offer } from './parity/offer.ts';
import { overlays } from './parity/overlays.ts';
import { parameters } from './parity/parameters.ts';
import { reconciliationCoordinator } from './parity/reconciliation-coordinator.ts';
import { resourceAllocation } from './parity/resource-allocation.ts';
import { resourceManager } from './parity/resource-manager.ts';
import { resourceManagerDriver } from './parity/resource-manager-driver.ts';
import { taskMonitor } from './parity/task-monitor.ts';
import { tasks } from './parity/tasks.ts';
import { workerStore } from './parity/worker-store.ts';

export interface Family {
  readonly prefix: string;
  readonly title: string;
  /** Whose tests hold these scenarios. */
  readonly source: string;
  /** The subject of PREFIX-1, PREFIX-2, …, in this order. */
  readonly subjects: readonly string[];
  /** Why an id has no test here: it does not apply (say what stands instead), or it is not there yet. */
  readonly leftOut: Readonly<Record<string, string>>;
}

export const families: readonly Family[] = [
  launchCoordinator,
  taskMonitor,
  tasks,
  reconciliationCoordinator,
  connectionManager,
  resourceManagerDriver,
  resourceManager,
  activeResourceManager,
  offer,
  resourceAllocation,
  launchableWorker,
  parameters,
  workerStore,
  artifactServer,
  overlays,
  fenzo,
];

export const idsOf = ({ prefix, subjects }: Family): string[] => subjects.map((_, index) => `${prefix}-${index + 1}`);
