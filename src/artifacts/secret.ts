/** A random secret that outlives the process, in a file that only its owner reads: made at the first start. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../lib/problem.ts';

const SECRET_BYTES = 32;

export async function loadOrCreateSecret(dataDir: string, name: string): Promise<Buffer> {
  const path = join(dataDir, `${name}.secret`);
  const present = await readIfThere(path);
  if (present !== undefined) return decode(path, present);
  const secret = randomBytes(SECRET_BYTES);
  await mkdir(dataDir, { recursive: true });
  await writeWhole(path, `${secret.toString('hex')}\n`);
  return secret;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Problem('STORE_CORRUPT', `the secret ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function decode(path: string, text: string): Buffer {
  const hex = text.trim();
  if (!/^[0-9a-f]{64}$/.test(hex)) {
    throw new Problem('STORE_CORRUPT', `${path} does not hold a secret of ${SECRET_BYTES} bytes in hex`);
  }
  return Buffer.from(hex, 'hex');
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
