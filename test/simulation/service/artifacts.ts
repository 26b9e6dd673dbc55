/** The directory that all schedulers share, as a map: files by their digest. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Artifact, ArtifactStore } from '../../../src/artifacts/artifact-store.ts';

export class SharedFiles {
  readonly contents = new Map<string, Buffer>();

  store(): ArtifactStore {
    const { contents } = this;
    return {
      async put(fileName, content): Promise<Artifact> {
        const bytes = Buffer.isBuffer(content) ? content : await buffer(content);
        const digest = createHash('sha256').update(bytes).digest('hex');
        contents.set(digest, bytes);
        return { digest, fileName, bytes: bytes.length };
      },
      adopt: (path) => Promise.reject(new Error(`no file ${path} in a simulation`)),
      path: (digest) => (contents.has(digest) ? `/files/${digest}` : undefined),
      signedPath: ({ digest, fileName }) => `/v1/artifacts/${digest}/${fileName}?signature=simulated`,
      verify: () => true,
    };
  }
}
