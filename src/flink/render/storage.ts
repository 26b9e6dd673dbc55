/** Where the state of a cluster's jobs stands: below the storage that all agents reach, unless its user says otherwise. */
import type { CompleteClusterSpec, JobSpec } from '../spec.ts';

/** The present name, and the one that Flink 1.20 still understands. */
const checkpointOptions = ['execution.checkpointing.dir', 'state.checkpoints.dir'];

export function checkpointRoot(spec: CompleteClusterSpec, storage: string): string {
  return chosenRoot(spec.configuration) ?? below(storage, `${spec.name}/checkpoints`);
}

export function savepointRoot(spec: CompleteClusterSpec, storage: string): string {
  return below(storage, `${spec.name}/savepoints`);
}

/** What Flink keeps of jobs whose places are in ZooKeeper. */
export function haRoot(spec: CompleteClusterSpec, storage: string): string {
  return below(storage, `${spec.name}/ha`);
}

/** Flink puts each job's checkpoints into a directory with the id by which it knows the job. */
export function jobCheckpoints(
  spec: CompleteClusterSpec,
  storage: string,
  flinkJobId: string,
  jobSpec: JobSpec | undefined,
): string {
  return below(chosenRoot(jobSpec?.configuration ?? {}) ?? checkpointRoot(spec, storage), flinkJobId);
}

function chosenRoot(configuration: Readonly<Record<string, string>>): string | undefined {
  return checkpointOptions.map((option) => configuration[option]).find((root) => root !== undefined);
}

function below(root: string, path: string): string {
  return `${root.replace(/\/+$/, '')}/${path}`;
}
