/** What of descriptions is shown to whoever reads the pages: without environments and files that may hold secrets. */
import _ from 'lodash';
import type { ContainerInfo, ExecutorInfo, TaskInfo } from '../../mesos-api-client/protocol/mesos.ts';

export function shownExecutor({ command, container, ...info }: ExecutorInfo): ExecutorInfo {
  return {
    ...info,
    ...(command === undefined ? {} : { command: _.omit(command, 'environment') }),
    ...shownContainer({ container }),
  };
}

function shownContainer({ container }: { readonly container?: ContainerInfo | undefined }): {
  container?: ContainerInfo;
} {
  if (container?.volumes === undefined) return container === undefined ? {} : { container };
  const volumes = container.volumes.map(({ source, ...volume }) => ({
    ...volume,
    ...(source === undefined ? {} : { source: _.omit(source, 'secret') }),
  }));
  return { container: { ...container, volumes } };
}

/** Beside its ids, resources and states. */
export function shownTask(info: Partial<TaskInfo>) {
  const check = info.health_check;
  return {
    ..._.pick(info, ['labels', 'discovery', 'kill_policy', 'limits']),
    ...(check === undefined ? {} : { health_check: _.omit(check, 'command.environment') }),
    ...shownContainer(info),
  };
}
