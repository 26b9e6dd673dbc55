/** How the core stands, for those who look at it. */
import type { Components } from './components.ts';
import type { SchedulerView } from './model/scheduler.ts';
import type { Left } from './uninstall.ts';

export function viewOf(components: Components, masterVersion: string | undefined): SchedulerView {
  const { connection, launch, reconciliation, uninstall } = components;
  const { frameworkId, formerFramework } = connection;
  const ending = uninstall.wanted ? uninstall.view(leftOf(components)) : undefined;
  return {
    ...(frameworkId === undefined ? {} : { frameworkId }),
    ...(formerFramework === undefined ? {} : { formerFramework }),
    connection: connection.view(),
    ...(masterVersion === undefined ? {} : { masterVersion }),
    reconciled: reconciliation.reconciled,
    offersHeld: launch.offersHeld,
    tasksWaiting: launch.tasksWaiting,
    ...(ending && { uninstall: ending }),
  };
}

export function leftOf({ book, launch, connection }: Components): Left {
  const tasks = book.all();
  return {
    tasks: tasks.filter(({ life }) => life.phase !== 'ended').length,
    remembered: tasks.length,
    places: launch.placesKept,
    framework: connection.hasFramework,
    subscribed: connection.session !== undefined,
  };
}
