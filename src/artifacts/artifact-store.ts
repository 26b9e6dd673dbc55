/** Files for agents, content-addressed and signed: the contract. The api serves them, agents fetch them. */
import type { Readable } from 'node:stream';

/** The same shape as ArtifactRef of flink/plan: what identifies a stored file. */
export interface Artifact {
  /** SHA-256, hex. */
  readonly digest: string;
  readonly fileName: string;
  readonly bytes: number;
}

export interface ArtifactStore {
  /**
   * Streams to disk while it hashes; what is there already is kept. TOO_LARGE over the limit, and nothing is left.
   * `check` sees the whole file before it is taken in; when it rejects, nothing is left either.
   */
  put(
    fileName: string,
    content: Readable | Buffer,
    limitBytes: number,
    check?: (path: string) => Promise<void>,
  ): Promise<Artifact>;
  /** Takes a file of this machine in (a hard link where the file system allows it). */
  adopt(path: string, fileName: string): Promise<Artifact>;
  /** Where the content lies on this machine; undefined for an unknown digest. Never made from a request's path. */
  path(digest: string): string | undefined;
  /** The content of a small file; undefined for an unknown digest. */
  read(digest: string): Promise<Buffer | undefined>;
  /** `/v1/artifacts/<digest>/<fileName>?signature=…`, to be put after the advertised address. */
  signedPath(artifact: Artifact): string;
  /** In constant time. */
  verify(digest: string, fileName: string, signature: string): boolean;
}
