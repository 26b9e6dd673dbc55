/** A program that a test writes and runs. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * Another process writes the file that is run: whatever is forked here meanwhile would keep ours open for writing until it has
 * become another program, and Linux runs no file that is ("Text file busy").
 */
export async function writeProgram(path: string, text: string): Promise<void> {
  await writeFile(`${path}.text`, text);
  await promisify(execFile)('install', ['-m', '755', `${path}.text`, path]);
}
