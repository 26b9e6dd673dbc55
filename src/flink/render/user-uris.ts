/** What a specification lets the agent fetch: files, jars for the class path, plugins. */
import type { Uri } from '../../mesos-api-client/protocol/mesos.ts';
import type { JarUri } from '../process-spec.ts';
import type { CompleteClusterSpec } from '../spec.ts';
import { libraryDirectory, pluginDirectory } from './sandbox.ts';

export function userUris({
  processes: { uris = [], libraries = [], plugins = {} } = {},
}: CompleteClusterSpec): readonly Uri[] {
  return [
    ...uris.map(({ fileName, ...uri }) => ({ ...uri, ...(fileName !== undefined && { output_file: fileName }) })),
    ...libraries.map((jar) => jarUri(jar, libraryDirectory)),
    ...Object.entries(plugins).flatMap(([name, jars]) => jars.map((jar) => jarUri(jar, `${pluginDirectory}/${name}`))),
  ];
}

/** A jar is an archive that nobody wants unpacked. */
function jarUri(jar: JarUri, directory: string): Uri {
  const { value, cache = true } = jar;
  return { value, cache, extract: false, output_file: `${directory}/${jarName(jar)}` };
}

export function jarName({ value, fileName }: JarUri): string {
  const path = value.replace(/[?#].*$/s, '');
  return fileName ?? path.slice(path.lastIndexOf('/') + 1);
}
