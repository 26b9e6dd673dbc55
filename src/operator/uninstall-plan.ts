/**
 * The end of the service as a plan. Under the name `deploy` too, from the moment that it is wanted: that is the one that DC/OS
 * asks for until it is complete before it removes the app (dcos-commons, UninstallScheduler).
 */
import type { UninstallView } from '../scheduler/model/scheduler.ts';
import { type Plan, phaseOf, planOf, type Step, type StepStatus } from './plan-model.ts';

type Stage = UninstallView['stage'];
const stages: readonly Stage[] = ['tasks', 'places', 'framework', 'done'];

export function uninstallPlan(view: UninstallView, runningTasks: readonly string[]): Plan {
  const { stage, places, refused } = view;
  const at = stages.indexOf(stage);
  const status = (of: Stage): StepStatus => {
    const own = stages.indexOf(of);
    if (own < at) return 'COMPLETE';
    return own > at ? 'PENDING' : 'STARTING';
  };
  const step = (name: string, of: StepStatus, message: string): Omit<Step, 'id'> => ({
    name,
    status: of,
    message,
    tasks: [],
  });
  const kills = runningTasks.map((task) => ({ ...step(`kill-${task}`, 'STARTING', 'it is to end'), tasks: [task] }));
  return planOf(
    [
      phaseOf('uninstall', 'kill-tasks', kills, 'parallel'),
      phaseOf(
        'uninstall',
        'unreserve-resources',
        [
          step(
            'unreserve-places',
            status('places'),
            places === 0 ? 'nothing is reserved' : `${places} places are given up`,
          ),
        ],
        'parallel',
      ),
      phaseOf(
        'uninstall',
        'deregister-service',
        [
          step(
            'remove-framework',
            status('framework'),
            refused ?? 'the master removes the framework and forgets its id',
          ),
          step(
            'delete-records',
            stage === 'done' ? 'COMPLETE' : 'PENDING',
            'every record goes with the last word of the master',
          ),
        ],
        'serial',
      ),
    ],
    'serial',
  );
}
