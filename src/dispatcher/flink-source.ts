/** From what a specification says about Flink to how the agents get it: a version served by us, a URI, or a home. */
import type { Artifact } from '../artifacts/artifact-store.ts';
import type { Distribution } from '../flink/plan/records.ts';
import type { FlinkSource } from '../flink/spec.ts';
import { Problem } from '../lib/problem.ts';

/** The Flinks that this scheduler has. */
export interface Distributions {
  versions(): readonly string[];
  /** The distribution as one archive in the artifact store; packed once. */
  archive(version: string): Promise<Artifact>;
  /** Where it lies on this machine, when every agent is on this machine: then nothing needs to be fetched. */
  home?(version: string): string | undefined;
}

/** Cheap, and before anything else is judged: FLINK_VERSION_UNKNOWN names the versions that there are. */
export function refuseUnknownVersion(source: FlinkSource, distributions: Distributions): void {
  if ('uri' in source || 'home' in source) return;
  const versions = distributions.versions();
  if (!versions.includes(source.version)) throw unknownVersion(source.version, versions);
}

export async function resolveFlink(source: FlinkSource, distributions: Distributions): Promise<Distribution> {
  const { version } = source;
  if ('uri' in source) return { kind: 'uri', version, uri: source.uri };
  if ('home' in source) return { kind: 'home', version, path: source.home };
  refuseUnknownVersion(source, distributions);
  const path = distributions.home?.(version);
  if (path !== undefined) return { kind: 'home', version, path };
  const { digest, fileName, bytes } = await distributions.archive(version);
  return { kind: 'artifact', version, archive: { digest, fileName, bytes } };
}

function unknownVersion(version: string, versions: readonly string[]): Problem {
  const served = versions.length === 0 ? 'none' : versions.join(', ');
  return new Problem(
    'FLINK_VERSION_UNKNOWN',
    `Flink ${version} is not served by this scheduler (served: ${served}); name one of these, or give flink.uri or flink.home`,
  );
}
