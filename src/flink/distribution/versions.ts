/**
 * Which Flinks are known: versions that were run with this project, with the SHA-256 of the files that PyPI's two
 * packages of each consist of. pip is given these hashes, so it unpacks nothing that differs from what was tried. Any
 * other version from 1.20 on may be asked for; then pip's index vouches for the files alone.
 */
import { Problem } from '../../lib/problem.ts';

export interface PinnedFile {
  readonly sha256: string;
  readonly bytes: number;
}

/** `scripts` is apache-flink (bin, conf), `libraries` apache-flink-libraries (lib, opt, plugins). */
export interface PinnedVersion {
  readonly version: string;
  readonly scripts: PinnedFile;
  readonly libraries: PinnedFile;
}

/** Newest first; the first one is the default. */
export const knownVersions: readonly PinnedVersion[] = [
  {
    version: '2.3.0',
    scripts: { sha256: '0e5f612704de1610b153e919c0564b62ad513cddfcf4960f5a021658cdf41a13', bytes: 2_838_429 },
    libraries: { sha256: '38ece876553286b3a285cf344c2d2038f8a7ca10da5df54d5107250386d64151', bytes: 329_139_814 },
  },
  {
    version: '2.2.1',
    scripts: { sha256: 'a7e0e06e6e2a788b1e0c4f6225efe6a9bdcb6463db77080b99620c36c076cbab', bytes: 2_819_851 },
    libraries: { sha256: '74dc5546fbd9add8fbcdf1222a237e09491f9b80296241aef8676ec56f8e686e', bytes: 312_587_297 },
  },
  {
    version: '1.20.5',
    scripts: { sha256: '6e8ec098a7c06ea34d01fd540e81d44703a90e3bda74052dcbcbb7db5253c10f', bytes: 2_783_842 },
    libraries: { sha256: 'e6aee62ea1a1fe7b32e28894ad079f3f1a50a372a4caac3df52405267f4228c8', bytes: 231_999_354 },
  },
];

/** A whole version for what a user says: nothing, "2.2.1", or the newest known one of "1.20" and "1.20.x". */
export function chooseVersion(asked: string | undefined, known = knownVersions): string {
  const [newest] = known;
  if (asked === undefined && newest !== undefined) return newest.version;
  const said = asked ?? '';
  const line = /^(\d+\.\d+)(?:\.x)?$/.exec(said)?.[1];
  const version = line === undefined ? said : known.find((entry) => entry.version.startsWith(`${line}.`))?.version;
  if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version)) throw unknownVersion(said, known);
  if (!isSupported(version)) {
    throw new Problem(
      'FLINK_VERSION_UNKNOWN',
      `Flink ${version} is too old: 1.20 is the oldest that runs here. ${list(known)}`,
    );
  }
  return version;
}

/** 1.20 reads config.yaml; everything before it is past its end of life. */
export function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 20);
}

/** `others` are the versions that pip knows, where it told them. */
export function unknownVersion(said: string, known = knownVersions, others: readonly string[] = []): Problem {
  const more = others.length === 0 ? '' : ` pip finds: ${others.join(', ')}.`;
  return new Problem('FLINK_VERSION_UNKNOWN', `there is no Flink "${said}". ${list(known)}${more}`, {
    details: { asked: said, known: known.map((entry) => entry.version), found: [...others] },
  });
}

function list(known: readonly PinnedVersion[]): string {
  return `Known versions: ${known.map((entry) => entry.version).join(', ')}.`;
}
