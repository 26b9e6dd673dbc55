/** What operators do with a pod: restart it, replace it elsewhere, pause it and resume it. */
import type { ClusterName } from '../flink/plan/records.ts';
import { Problem } from '../lib/problem.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { TaskRecord } from '../scheduler/model/task.ts';
import type { Pod } from './pods.ts';

export interface PodActs {
  /** Ends its task; the next one takes its place on the same agent if it can, or with `elsewhere` on another one. */
  restartPod(name: string, options: { readonly elsewhere: boolean }): Promise<Pod>;
  /** Ends its task, and nobody takes its place until it is resumed. */
  pausePod(name: string): Promise<PodActResult>;
  resumePod(name: string): Promise<PodActResult>;
}

export interface PodActResult {
  readonly pod: Pod;
  /** Nothing was to do. */
  readonly already: boolean;
}

export function podActs(runtime: Pick<Runtime, 'submit' | 'restartTask'>, find: (name: string) => Pod): PodActs {
  return {
    async restartPod(name, { elsewhere }) {
      const pod = find(name);
      const how = elsewhere ? 'replaced' : 'restarted';
      await runtime.restartTask(taskOf(pod).spec.taskId, `its pod is ${how} by an operator`, { elsewhere });
      return pod;
    },
    async pausePod(name) {
      const pod = find(name);
      if (pod.resting !== undefined) return { pod, already: true };
      const { taskId } = taskOf(pod).spec;
      await runtime.submit({ kind: 'rest', cluster: pod.cluster as ClusterName, part: pod.part, taskId });
      return { pod, already: false };
    },
    async resumePod(name) {
      const pod = find(name);
      if (pod.resting === undefined) return { pod, already: true };
      await runtime.submit({ kind: 'resume', cluster: pod.cluster as ClusterName, taskId: pod.resting });
      return { pod, already: false };
    },
  };
}

function taskOf({ name, task, message }: Pod): TaskRecord {
  if (task !== undefined) return task;
  throw new Problem('CONFLICT', `pod ${name} has no task at present: ${message}`);
}
