/**
 * Saves a whole file of a sandbox. Without a token the browser does it by a link; with one it has to be fetched, because a
 * browser adds no token to a link.
 */
import { useState } from 'preact/hooks';
import { asFailure, fetchBytes, type RequestFailed } from '../data/api-client.ts';
import { readToken } from '../data/token.ts';
import { Failure } from './basics.tsx';

export function SaveFile({ task, path }: { readonly task: string; readonly path: string }) {
  const [failure, setFailure] = useState<RequestFailed>();
  const address = `v1/tasks/${encodeURIComponent(task)}/files/content?path=${encodeURIComponent(path)}`;
  const name = path.split('/').at(-1) ?? 'file';
  if (readToken() === '') {
    return (
      <a class="button" href={address} download={name}>
        Save
      </a>
    );
  }
  const save = async () => {
    setFailure(undefined);
    try {
      const url = URL.createObjectURL(await fetchBytes(address));
      const link = document.createElement('a');
      link.href = url;
      link.download = name;
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      setFailure(asFailure(error));
    }
  };
  return (
    <>
      <button type="button" onClick={save}>
        Save
      </button>
      {failure !== undefined && <Failure failure={failure} />}
    </>
  );
}
