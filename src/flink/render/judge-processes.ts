/** What is wrong with the files, jars and labels that a specification gives to every process. */
import _ from 'lodash';
import type { JarUri } from '../process-spec.ts';
import type { CompleteClusterSpec } from '../spec.ts';
import { ownFiles } from './sandbox.ts';
import { jarName } from './user-uris.ts';

export function judgeProcesses({ processes = {} }: CompleteClusterSpec): string[] {
  const { labels = {}, uris = [], libraries = [], plugins = {}, container } = processes;
  return [
    ...(container?.type === 'docker' && container.image === undefined
      ? ['processes.container.image: a container of Docker needs one']
      : []),
    ...(container?.networkLabels !== undefined && container.network === undefined
      ? ['processes.container.networkLabels: labels of which network? Give processes.container.network']
      : []),
    ...(container?.parameters !== undefined && container.type !== 'docker'
      ? ["processes.container.parameters: they are Docker's: set processes.container.type to docker"]
      : []),
    ...Object.keys(labels)
      .filter((label) => label.startsWith('flink-mesos.'))
      .map((label) => `processes.labels.${label}: labels that begin so are set by the scheduler`),
    ...uris
      .filter(({ fileName = '' }) => ownFiles.includes(fileName))
      .map(({ fileName }) => `processes.uris: ${fileName} is the name of something else in the sandbox`),
    ...judgeJars('processes.libraries', libraries),
    ...Object.entries(plugins).flatMap(([name, jars]) => judgeJars(`processes.plugins.${name}`, jars)),
  ];
}

/** A class path takes what ends in .jar and nothing else; two of the same name would be one file. */
function judgeJars(field: string, jars: readonly JarUri[]): string[] {
  const names = jars.map(jarName);
  const twice = _.uniq(names.filter((name, index) => names.indexOf(name) !== index));
  return [
    ...names
      .filter((name) => !/^[A-Za-z0-9][A-Za-z0-9._-]*\.jar$/.test(name))
      .map((name) => `${field}: "${name}" is no name of a jar: give one that ends in .jar as fileName`),
    ...twice.map((name) => `${field}: two jars are called ${name}: give one of them another fileName`),
  ];
}
