/** A jar on its way to a cluster, as a browser sends it; answers its id. */
import { openAsBlob } from 'node:fs';
import type { Api } from './api.ts';

export async function uploadJar({ url }: Api, cluster: string, file: string): Promise<string> {
  const form = new FormData();
  form.append('jarfile', await openAsBlob(file), 'examples.jar');
  const answer = await fetch(`${url}/v1/clusters/${cluster}/jars`, { method: 'POST', body: form });
  if (!answer.ok) throw new Error(await answer.text());
  return ((await answer.json()) as { id: string }).id;
}
