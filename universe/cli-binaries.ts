/** The plugins of DC/OS' command line that lie beside the package, with the hashes by which `dcos` checks what it fetches. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from '../bin/archive/build-archive.ts';
import { pluginName } from '../bin/dcos-plugin/build-plugin.ts';
import { platforms } from '../bin/dcos-plugin/platforms.ts';

export interface CliResource {
  readonly binaries: Readonly<Record<string, unknown>>;
}

/** Those that there are; undefined where there are none, for a package without a command line is one all the same. */
export async function cliBinaries(
  artifacts: string,
  directory: string,
  version: string,
): Promise<CliResource | undefined> {
  const present = platforms.filter(({ name }) => existsSync(join(directory, pluginName(version, name))));
  const binaries = await Promise.all(
    present.map(async ({ name }) => {
      const file = pluginName(version, name);
      // DC/OS compares the hash as text.
      const contentHash = [{ algo: 'sha256', value: await sha256Of(join(directory, file)) }];
      return [
        name,
        { 'x86-64': { kind: 'zip', url: `${artifacts.replace(/\/+$/, '')}/${file}`, contentHash } },
      ] as const;
    }),
  );
  return binaries.length === 0 ? undefined : { binaries: Object.fromEntries(binaries) };
}
