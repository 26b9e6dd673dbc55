/** The jars of a cluster: uploaded here, and run. */
import { useState } from 'preact/hooks';
import type { JarView } from '../../api/views.ts';
import { RunJob } from '../acts/run-job.tsx';
import { UploadJar } from '../acts/upload-jar.tsx';
import { useLive } from '../data/session.ts';
import { bytes } from '../words.ts';
import { Card, Empty, Failure, Moment } from './basics.tsx';
import { type DataColumn, DataTable } from './data-table.tsx';

export function Jars({ cluster }: { readonly cluster: string }) {
  const { value: jars = [], failure } = useLive<readonly JarView[]>(`v1/clusters/${encodeURIComponent(cluster)}/jars`);
  const [chosen, choose] = useState<JarView>();
  const acts: DataColumn<JarView> = {
    title: 'Acts',
    unseen: true,
    kind: 'acts',
    cell: (jar) => (
      <button type="button" onClick={() => choose(jar)} aria-label={`Run ${jar.name}`}>
        Run…
      </button>
    ),
  };
  return (
    <Card title="Jars">
      {failure !== undefined && <Failure failure={failure} />}
      <UploadJar cluster={cluster} uploaded={choose} />
      {jars.length === 0 ? (
        <Empty>No jar is uploaded yet.</Empty>
      ) : (
        <DataTable label="Jars" columns={[...columns, acts]} items={jars} keyOf={({ id }) => id} />
      )}
      {chosen !== undefined && <RunJob cluster={cluster} jar={chosen} close={() => choose(undefined)} />}
    </Card>
  );
}

const columns: readonly DataColumn<JarView>[] = [
  { title: 'Jar', kind: 'main', cell: ({ name }) => name },
  { title: 'Size', cell: (jar) => bytes(jar.bytes) },
  { title: 'Uploaded', cell: ({ uploadedAt }) => <Moment at={uploadedAt} /> },
];
