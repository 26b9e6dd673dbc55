/** The doors at which the JobManagers of elastic clusters knock: one a cluster, opened by the cluster's own secret. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createDriverDoor, type DriverCall, type DriverDoor } from '../flink/driver/endpoint.ts';
import { loadDriverState } from '../flink/driver/saved-state.ts';
import { noDriver } from '../flink/driver/sessions.ts';
import type { ClusterName } from '../flink/plan/records.ts';
import type { Runtime } from '../runtime/runtime.ts';

export interface Drivers {
  /** The same answer for a wrong secret, a cluster that is not elastic and one that does not exist. */
  admits(cluster: string, authorization: string | undefined): boolean;
  handle(cluster: string, call: DriverCall): Promise<{ readonly status: number; readonly body: object }>;
  /** Ends the questions that are held. */
  close(): void;
}

export function createDrivers(runtime: Pick<Runtime, 'cluster' | 'driver' | 'onClusterChange'>): Drivers {
  const doors = new Map<ClusterName, DriverDoor>();
  const forget = runtime.onClusterChange((name) => {
    doors.get(name)?.wake();
    if (runtime.cluster(name) === undefined) doors.delete(name);
  });
  const doorOf = (given: string): DriverDoor => {
    const name = given as ClusterName;
    const door = doors.get(name) ?? openDoor(runtime, name);
    if (runtime.cluster(name) !== undefined) doors.set(name, door);
    return door;
  };
  return {
    admits: (cluster, authorization) => doorOf(cluster).admits(authorization),
    handle: (cluster, call) => doorOf(cluster).handle(call),
    close() {
      forget();
      for (const door of doors.values()) door.close();
    },
  };
}

function openDoor(runtime: Pick<Runtime, 'cluster' | 'driver'>, name: ClusterName): DriverDoor {
  return createDriverDoor({
    admits(secret) {
      const expected = runtime.cluster(name)?.driver?.secretDigest;
      const given = createHash('sha256').update(secret).digest();
      return expected !== undefined && timingSafeEqual(given, Buffer.from(expected, 'hex'));
    },
    take: (call) => runtime.driver(name, call),
    state() {
      const saved = runtime.cluster(name)?.driver?.state;
      return saved === undefined ? noDriver : loadDriverState(saved);
    },
  });
}
