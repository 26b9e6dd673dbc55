/** Every bound that the API sets on what it reads, in one place. */
export interface ApiLimits {
  /** A JSON body. */
  readonly jsonBytes: number;
  /** Levels of arrays and objects within each other. */
  readonly jsonDepth: number;
  /** One uploaded jar. */
  readonly jarBytes: number;
  /** A body that goes through to Flink: `flink run` sends the job graph and its jars in one. */
  readonly proxiedBytes: number;
  /** Of a JobManager: until its answer begins, and between two pieces of it. */
  readonly flinkSilenceMs: number;
  /** What a driver wants: all its workers, a few kilobytes each. */
  readonly driverBytes: number;
  /** Facts in one answer of /v1/events. */
  readonly eventsAtOnce: number;
  /** A comment keeps idle event streams alive through proxies, and shows dead ones. */
  readonly eventHeartbeatMs: number;
}

const MiB = 1024 * 1024;

export const defaultLimits: ApiLimits = {
  jsonBytes: MiB,
  jsonDepth: 32,
  jarBytes: 512 * MiB,
  proxiedBytes: 1024 * MiB,
  // As long as Flink's own client waits (rest.idleness-timeout): a program's main() may run before the answer.
  flinkSilenceMs: 300_000,
  driverBytes: 32 * MiB,
  eventsAtOnce: 1000,
  eventHeartbeatMs: 15_000,
};
