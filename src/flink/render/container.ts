/** The container of a process in the words of Mesos (docs/container-image.md, docs/cni.md, docs/docker-containerizer.md). */
import type { ContainerInfo, NetworkInfo } from '../../mesos-api-client/protocol/containers.ts';
import type { Container } from '../container-spec.ts';
import type { CompleteClusterSpec } from '../spec.ts';

/** Absent: none but what Mesos itself makes of a command. */
export function containerOf({ processes }: CompleteClusterSpec): ContainerInfo | undefined {
  const container = processes?.container;
  if (container === undefined) return undefined;
  const { volumes = [] } = container;
  return {
    ...(container.type === 'docker' ? dockerized(container) : mesosOwn(container)),
    volumes: volumes.map(({ containerPath, hostPath, readOnly = false }) => ({
      mode: readOnly ? 'RO' : 'RW',
      container_path: containerPath,
      host_path: hostPath,
    })),
    network_infos: networksOf(container),
  };
}

/** The plugin of the network is told of the labels (docs/cni.md, "Passing network labels and port-mapping information"). */
function networksOf({ network, networkLabels }: Container): NetworkInfo[] {
  if (network === undefined) return [];
  const labels = Object.entries(networkLabels ?? {}).map(([key, value]) => ({ key, value }));
  return [{ name: network, ...(labels.length > 0 && { labels: { labels } }) }];
}

function mesosOwn({ image, forcePull = false }: Container): ContainerInfo {
  if (image === undefined) return { type: 'MESOS' };
  return { type: 'MESOS', mesos: { image: { type: 'DOCKER', docker: { name: image }, cached: !forcePull } } };
}

function dockerized({ image = '', forcePull = false, network, parameters }: Container): ContainerInfo {
  const mode = network === undefined ? 'HOST' : 'USER';
  const docker = { image, network: mode, force_pull_image: forcePull, ...(parameters && { parameters }) } as const;
  return { type: 'DOCKER', docker };
}
