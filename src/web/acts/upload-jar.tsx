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
}

export function UploadJar({
  cluster,
  uploaded,
}: {
  readonly cluster: string;
  readonly uploaded: (jar: JarView) => void;
}) {
  const { views } = useSession();
  const chooser = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [underWay, setUnderWay] = useState<UnderWay>();
  const [progress, setProgress] = useState({ sent: 0, all: 1 });
  const [failure, setFailure] = useState<RequestFailed>();

  const send = async (file: File | undefined) => {
    if (file === undefined || underWay !== undefined) return;
    setFailure(undefined);
    setProgress({ sent: 0, all: file.size });
    const upload = uploadJar(cluster, file, (sent, all) => setProgress({ sent, all }));
    setUnderWay({ name: file.name, upload });
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
        {underWay === undefined ? (
          <>
            <span>Drop a jar here, or </span>
            <button type="button" onClick={() => chooser.current?.click()}>
              Choose a jar…
            </button>
          </>
        ) : (
          <div class="uploading">
            <span>
              {underWay.name}: {bytes(progress.sent)} of {bytes(progress.all)}
              {progress.sent === progress.all ? ', being checked…' : ''}
            </span>
            <Meter value={progress.sent} of={progress.all} label="Uploaded" tone="busy" />
            <button type="button" onClick={() => underWay.upload.cancel()}>
              Break off
            </button>
          </div>
        )}
        <input
          ref={chooser}
          type="file"
          accept=".jar"
          class="unseen"
          tabIndex={-1}
          aria-label="Jar to upload"
          onChange={(event) => {
            void send(event.currentTarget.files?.[0]);
            event.currentTarget.value = '';
          }}
        />
      </div>
      {failure !== undefined && <Failure failure={failure} />}
    </>
  );
}
