/** What the core is made of, put together: each component owns what it decides, and hears of the others only what it is given here. */
import { createRandom } from '../lib/random.ts';
import { ConnectionManager } from './connection-manager/connection-manager.ts';
import { LaunchCoordinator } from './launch-coordinator/launch-coordinator.ts';
import { LeavingAgents } from './leaving-agents.ts';
import type { SchedulerRecords } from './model/records.ts';
import type { SchedulerOptions } from './model/scheduler.ts';
import { ReconciliationCoordinator } from './reconciliation-coordinator/reconciliation-coordinator.ts';
import { TaskBook } from './task-book.ts';
import { TaskMonitor } from './task-monitor/task-monitor.ts';
import { Uninstall } from './uninstall.ts';

export interface Components {
  readonly book: TaskBook;
  readonly connection: ConnectionManager;
  readonly launch: LaunchCoordinator;
  readonly monitor: TaskMonitor;
  readonly reconciliation: ReconciliationCoordinator;
  readonly leaving: LeavingAgents;
  readonly uninstall: Uninstall;
}

export function createComponents(options: SchedulerOptions, records: SchedulerRecords): Components {
  const random = createRandom(options.seed);
  const book = new TaskBook(records.tasks, options.endedTasksKept);
  const reconciliation = new ReconciliationCoordinator(book, random);
  const monitor = new TaskMonitor(book, options, reconciliation);
  const launch = new LaunchCoordinator(options.framework, book.all(), {
    launches: monitor,
    tasks: book,
    places: records.places ?? [],
  });
  const uninstall = new Uninstall(records.uninstall);
  const parts = { random, suppression: launch, tasks: monitor };
  const connection = new ConnectionManager(options, records.framework, parts, uninstall.at);
  return { book, connection, launch, monitor, reconciliation, leaving: new LeavingAgents(book), uninstall };
}
