/** Where the simulated clusters keep what outlives them. */
export const STORAGE = 'file:///storage';

/** As flink/render/storage.ts places a job's checkpoints. */
export function below(cluster: string, job: string): string {
  return `${STORAGE}/${cluster}/checkpoints/${job}`;
}
