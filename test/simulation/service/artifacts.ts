/** The directory that all schedulers share, as a map: files by their digest. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Artifact, ArtifactStore } from '../../../src/artifacts/artifact-store.ts';
import { secretPath } from '../../../src/flink/driver/names.ts';
import type { TaskInfo } from '../../../src/mesos-api-client/protocol/mesos.ts';

export class SharedFiles {
  readonly contents = new Map<string, Buffer>();

  /** As a JobManager finds it in its sandbox. */
  secretOf({ command }: Pick<TaskInfo, 'command'>): string {
    for (const { value } of command?.uris ?? []) {
      const content = this.contents.get(value.split('/').at(-2) ?? '');
      const secret = content && fileIn(content, secretPath);
      if (secret !== undefined) return secret.trim();
    }
    return '';
  }

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
      read: async (digest) => contents.get(digest),
      signedPath: ({ digest, fileName }) => `/v1/artifacts/${digest}/${fileName}?signature=simulated`,
      verify: () => true,
    };
  }
}

/** The text of a file in a tar archive (POSIX: headers of 512 bytes, sizes in octal). */
function fileIn(tar: Buffer, path: string): string | undefined {
  for (let at = 0; at + 512 <= tar.length; ) {
    const name = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    const bytes = Number.parseInt(tar.toString('utf8', at + 124, at + 136), 8);
    if (name === path) return tar.toString('utf8', at + 512, at + 512 + bytes);
    if (Number.isNaN(bytes)) return undefined;
    at += 512 + Math.ceil(bytes / 512) * 512;
  }
  return undefined;
}
