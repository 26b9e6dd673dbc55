/**
 * The jars that were uploaded to each cluster, and those that are meant for all. A jar's id is made from its content and
 * its name, so uploading the same one again changes nothing. The records go with their cluster, or when they are told to;
 * the content stays in the artifact store.
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
  /** For application clusters, which do not exist yet, and for jobs of any session cluster. */
  uploadShared(fileName: string, content: Readable): Promise<JarRecord>;
  of(cluster: ClusterName): readonly JarRecord[];
  shared(): readonly JarRecord[];
  /** Its own, or a shared one. */
  find(cluster: ClusterName, id: string): JarRecord;
  findShared(id: string): JarRecord;
  forgetShared(id: string): Promise<JarRecord>;
}

export interface JarParts {
  readonly runtime: Pick<Runtime, 'putRecords' | 'onFact' | 'cluster'>;
  readonly artifacts: ArtifactStore;
  readonly records: readonly JarRecord[];
  readonly limitBytes: number;
  readonly now: () => EpochMs;
}

export function createJarLibrary(parts: JarParts): JarLibrary {
  const { runtime, artifacts } = parts;
  const jars = new Map(parts.records.map((jar) => [keyOf(jar.cluster, jar.id), jar]));
  const of = (cluster: ClusterName | undefined) => [...jars.values()].filter((jar) => jar.cluster === cluster);

  const forget = (gone: readonly JarRecord[]): Promise<void> => {
    if (gone.length === 0) return Promise.resolve();
    const keys = gone.map((jar) => keyOf(jar.cluster, jar.id));
    for (const key of keys) jars.delete(key);
    return runtime.putRecords(keys.map((key) => ({ kind: 'delete', collection: 'jars', key }) as const));
  };
  // Refused only when the loop has ended, which says so itself; what is left is forgotten at the next start.
  const forgetQuietly = (gone: readonly JarRecord[]) => void forget(gone).catch(() => undefined);

  forgetQuietly([...jars.values()].filter(({ cluster }) => cluster && runtime.cluster(cluster) === undefined));
  runtime.onFact(({ fact }) => {
    if (fact.kind === 'cluster.deleted') forgetQuietly(of(fact.cluster));
  });

  const keep = async (content: Readable, name: string) => {
    const artifact = await artifacts.put(name, content, parts.limitBytes, (path) => checkJar(path, name));
    return { id: `${artifact.digest.slice(0, 16)}_${name}`, artifact };
  };
  const enter = async (jar: JarRecord): Promise<JarRecord> => {
    const key = keyOf(jar.cluster, jar.id);
    const known = jars.get(key);
    if (known !== undefined) return known;
    await runtime.putRecords([{ kind: 'put', collection: 'jars', key, value: jar }]);
    jars.set(key, jar);
    return jar;
  };
  const missing = (what: string, id: string, present: readonly JarRecord[]) =>
    notFound(
      what,
      id,
      present.map((each) => each.id),
    );

  const findShared = (id: string): JarRecord => {
    const jar = jars.get(keyOf(undefined, id));
    if (jar !== undefined) return jar;
    throw missing('jar', id, of(undefined));
  };

  return {
    async upload(fileName, content, present) {
      const before = present();
      const name = safeJarName(fileName);
      const kept = await keep(content, name);
      const cluster = present();
      if (cluster.incarnation !== before.incarnation) {
        throw new Problem(
          'CONFLICT',
          `cluster ${cluster.name} was deleted and created anew while ${name} was uploaded`,
        );
      }
      return enter({ version: 1, ...kept, cluster: cluster.name, name, uploadedAt: parts.now() });
    },
    async uploadShared(fileName, content) {
      const name = safeJarName(fileName);
      return enter({ version: 1, ...(await keep(content, name)), name, uploadedAt: parts.now() });
    },
    of,
    shared: () => of(undefined),
    find(cluster, id) {
      const jar = jars.get(keyOf(cluster, id)) ?? jars.get(keyOf(undefined, id));
      if (jar !== undefined) return jar;
      throw missing(`jar of cluster ${cluster}`, id, of(cluster));
    },
    findShared,
    async forgetShared(id) {
      const jar = findShared(id);
      await forget([jar]);
      return jar;
    },
  };
}

/** No cluster is called so. */
const SHARED = '-';

function keyOf(cluster: ClusterName | undefined, id: string): string {
  return `${cluster ?? SHARED}/${id}`;
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
