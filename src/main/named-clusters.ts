/**
 * The clusters that the options of a service name: those that there are not are created when the API is open, for agents fetch
 * from it. Until then its plan `deploy` is not complete. Those that there are follow the options.
 */
import type { FastifyBaseLogger } from 'fastify';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { SchedulerSettings } from './settings.ts';

/** By name: why it cannot be created, if that is so. */
type MissingClusters = Map<string, string | undefined>;

export function missingClusters(
  { clusters }: Dispatcher,
  { clusters: names = [], uninstall = false }: SchedulerSettings,
): MissingClusters {
  const present = new Set(clusters().map(({ name }) => name));
  const missing = uninstall ? [] : names.filter((each) => !present.has(each));
  return new Map(missing.map((name) => [name, undefined]));
}

/** Created, or brought to what the options say of clusters by now. One that cannot be is said, and the others are. */
export async function followOptions(
  { followOptions: follow }: Pick<Dispatcher, 'followOptions'>,
  { clusters: names = [], uninstall = false }: SchedulerSettings,
  missing: MissingClusters,
  logger: Pick<FastifyBaseLogger, 'error'>,
): Promise<void> {
  for (const name of uninstall ? [] : names) {
    try {
      await follow(name);
      missing.delete(name);
    } catch (error) {
      const { message } = error as Error;
      if (missing.has(name)) missing.set(name, message);
      logger.error(`cluster ${name}: ${message}`);
    }
  }
}
