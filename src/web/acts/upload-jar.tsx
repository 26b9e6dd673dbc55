/** Jars by drag and drop, or by a button; how far an upload is, and a way to break it off. */
import { useRef, useState } from 'preact/hooks';
import type { JarView } from '../../api/views.ts';
import { asFailure, type RequestFailed, type Upload, uploadJar } from '../data/api-client.ts';
import { useSession } from '../data/session.ts';
import { Failure, Meter } from '../parts/basics.tsx';
import { say } from '../parts/toasts.tsx';
import { bytes } from '../words.ts';

interface UnderWay {
  readonly name: string;
  readonly upload: Upload;
  readonly sent: number;
  readonly all: number;
}

interface UploadJarProps {
  readonly cluster: string;
  readonly uploaded: (jar: JarView) => void;
}

export function UploadJar(props: UploadJarProps) {
  const { underWay, failure, send } = useUpload(props);
  const [over, setOver] = useState(false);
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a mouse's way; the button inside is everybody's */}
      <div
        class={`drop${over ? ' over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void send(event.dataTransfer?.files[0]);
        }}
      >
        {underWay === undefined ? <Chooser choose={send} /> : <Progress of={underWay} />}
      </div>
      {failure !== undefined && <Failure failure={failure} />}
    </>
  );
}

/** One at a time. */
function useUpload({ cluster, uploaded }: UploadJarProps) {
  const { views } = useSession();
  const [underWay, setUnderWay] = useState<UnderWay>();
  const [failure, setFailure] = useState<RequestFailed>();
  const send = async (file: File | undefined): Promise<void> => {
    if (file === undefined || underWay !== undefined) return;
    setFailure(undefined);
    const upload = uploadJar(cluster, file, (sent, all) => setUnderWay((now) => now && { ...now, sent, all }));
    setUnderWay({ name: file.name, upload, sent: 0, all: file.size });
    try {
      const jar = await upload.done;
      say(`${jar.name} is uploaded.`);
      uploaded(jar);
    } catch (error) {
      setFailure(asFailure(error));
    }
    setUnderWay(undefined);
    views.refresh((path) => path.endsWith('/jars'));
  };
  return { underWay, failure, send };
}

function Chooser({ choose }: { readonly choose: (file: File | undefined) => Promise<void> }) {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <span>Drop a jar here, or </span>
      <button type="button" onClick={() => chooser.current?.click()}>
        Choose a jar…
      </button>
      <input
        ref={chooser}
        type="file"
        accept=".jar"
        class="unseen"
        tabIndex={-1}
        aria-label="Jar to upload"
        onChange={(event) => {
          void choose(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}

function Progress({ of: { name, upload, sent, all } }: { readonly of: UnderWay }) {
  return (
    <div class="uploading">
      <span>
        {name}: {bytes(sent)} of {bytes(all)}
        {sent === all ? ', being checked…' : ''}
      </span>
      <Meter value={sent} of={all} label="Uploaded" tone="busy" />
      <button type="button" onClick={() => upload.cancel()}>
        Break off
      </button>
    </div>
  );
}
