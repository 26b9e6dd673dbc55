/** Which views an event makes stale: the event stream says what happened, the views say how it stands. */
import type { FactView } from '../../api/views.ts';

export function clusterOf({ data }: FactView): string | undefined {
  const name = data.cluster ?? data.group;
  return typeof name === 'string' ? name : undefined;
}

export function taskOf({ data }: FactView): string | undefined {
  return typeof data.taskId === 'string' ? data.taskId : undefined;
}

/** Whether the view at a path (`v1/clusters/a/tasks`) shows something that the event is about. */
export function touches(fact: FactView, path: string): boolean {
  const topic = fact.kind.split('.', 1)[0] ?? '';
  const [, resource = '', name, part] = path.split('/');
  if (topic === 'offer' || topic === 'offers' || topic === 'event' || topic === 'call') return false;
  if (resource === 'info') return ['master', 'framework', 'reconciliation', 'task', 'agent'].includes(topic);
  if (resource === 'why') return isAboutTasks(topic);
  if (resource === 'tasks') return isAboutTasks(topic) && (name === undefined || decode(name) === taskOf(fact));
  if (resource !== 'clusters') return false;
  const cluster = clusterOf(fact);
  if (name !== undefined && cluster !== undefined && decode(name) !== cluster) return false;
  if (part === 'tasks') return isAboutTasks(topic);
  if (part === 'jobs') return topic === 'job' || topic === 'cluster' || topic === 'jobmanager';
  return part === undefined && topic !== 'reconciliation';
}

function isAboutTasks(topic: string): boolean {
  return ['task', 'taskmanager', 'jobmanager', 'cluster', 'agent', 'framework'].includes(topic);
}

function decode(segment: string): string {
  return decodeURIComponent(segment);
}
