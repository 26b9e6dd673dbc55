/**
 * The jars that were uploaded to each cluster. A jar's id is made from its content and its name, so uploading the same
 * one again changes nothing. The records go with their cluster; the content stays in the artifact store.
 */
import type { Readable } from 'node:stream';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ClusterName, ClusterRecord, JarRecord } from '../flink/plan/records.ts';
import type { EpochMs } from '../lib/brand.ts';
import { Problem } from '../lib/problem.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { checkJar } from './jar-check.ts';
import { notFound } from './not-found.ts';

export interface JarLibrary {
  /** `present` is asked again after the upload, which may have taken long: it throws when the cluster has gone. */
  upload(fileName: string, content: Readable, present: () => ClusterRecord): Promise<JarRecord>;
  of(cluster: ClusterName): readonly JarRecord[];
  find(cluster: ClusterName, id: string): JarRecord;
}

export interface JarParts {
  readonly runtime: Pick<Runtime, 'putRecords' | 'onFact' | 'cluster'>;
  readonly artifacts: ArtifactStore;
  readonly records: readonly JarRecord[];
  readonly limitBytes: number;
  readonly now: () => EpochMs;
}

export function createJarLibrary(parts: JarParts): JarLibrary {
  const jars = new Map(parts.records.map((jar) => [keyOf(jar.cluster, jar.id), jar]));
  const of = (cluster: ClusterName) => [...jars.values()].filter((jar) => jar.cluster === cluster);

  const forget = (gone: readonly JarRecord[]) => {
    if (gone.length === 0) return;
    const keys = gone.map((jar) => keyOf(jar.cluster, jar.id));
    for (const key of keys) jars.delete(key);
    const writes = keys.map((key) => ({ kind: 'delete', collection: 'jars', key }) as const);
    // Refused only when the loop has ended, which says so itself; what is left is forgotten at the next start.
    parts.runtime.putRecords(writes).catch(() => undefined);
  };

  forget([...jars.values()].filter((jar) => parts.runtime.cluster(jar.cluster) === undefined));
  parts.runtime.onFact(({ fact }) => {
    if (fact.kind === 'cluster.deleted') forget(of(fact.cluster));
  });

  return {
    async upload(fileName, content, present) {
      const before = present();
      const name = safeJarName(fileName);
      const check = (path: string) => checkJar(path, name);
      const artifact = await parts.artifacts.put(name, content, parts.limitBytes, check);
      const id = `${artifact.digest.slice(0, 16)}_${name}`;
      const key = keyOf(before.name, id);
      const known = jars.get(key);
      const cluster = present();
      if (cluster.incarnation !== before.incarnation) {
        throw new Problem(
          'CONFLICT',
          `cluster ${cluster.name} was deleted and created anew while ${name} was uploaded`,
        );
      }
      if (known !== undefined) return known;
      const jar: JarRecord = { version: 1, id, cluster: cluster.name, name, artifact, uploadedAt: parts.now() };
      await parts.runtime.putRecords([{ kind: 'put', collection: 'jars', key, value: jar }]);
      jars.set(key, jar);
      return jar;
    },
    of,
    find(cluster, id) {
      const jar = jars.get(keyOf(cluster, id));
      if (jar !== undefined) return jar;
      throw notFound(
        `jar of cluster ${cluster}`,
        id,
        of(cluster).map((each) => each.id),
      );
    },
  };
}

function keyOf(cluster: ClusterName, id: string): string {
  return `${cluster}/${id}`;
}

/** The last part of whatever path a client sent, of harmless letters, with the ending that Flink demands. */
export function safeJarName(fileName: string): string {
  const base = fileName.split(/[/\\]/).at(-1) ?? '';
  const harmless = base
    .replace(/\.jar$/i, '')
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 120);
  return `${harmless === '' ? 'job' : harmless}.jar`;
}
