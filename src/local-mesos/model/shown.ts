/** What of descriptions is shown to whoever reads the pages: without environments and files that may hold secrets. */
import _ from 'lodash';
import type { HealthCheck } from '../../mesos-api-client/protocol/checks.ts';
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

/** As masters print it: what nobody said stands there by its default. */
function inFull({ http, tcp, command, ...check }: HealthCheck): HealthCheck {
  const protocol = 'IPv4';
  return {
    delay_seconds: 15,
    interval_seconds: 10,
    timeout_seconds: 20,
    consecutive_failures: 3,
    grace_period_seconds: 10,
    ...check,
    ...(http === undefined ? {} : { http: { protocol, ...http } }),
    ...(tcp === undefined ? {} : { tcp: { protocol, ...tcp } }),
    ...(command === undefined ? {} : { command: { shell: true, ...command } }),
  };
}

/** Beside its ids, resources and states. */
export function shownTask(info: Partial<TaskInfo>) {
  const check = info.health_check;
  return {
    ..._.pick(info, ['labels', 'discovery', 'kill_policy', 'limits']),
    ...(check === undefined ? {} : { health_check: _.omit(inFull(check), 'command.environment') }),
    ...shownContainer(info),
  };
}
