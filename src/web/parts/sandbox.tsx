/** The files of a task's sandbox: what its process writes, as it writes it, and all else that lies there. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { SandboxFileView, SandboxListView } from '../../api/views.ts';
import { useLive } from '../data/session.ts';
import { useTail } from '../data/use-tail.ts';
import { bytes, number } from '../words.ts';
import { Card, Empty, Failure, Moment } from './basics.tsx';
import { type DataColumn, DataTable } from './data-table.tsx';
import { SaveFile } from './save-file.tsx';

const written = ['stdout', 'stderr'] as const;

export function Sandbox({ task, part }: { readonly task: string; readonly part: string }) {
  const [path, choose] = useState<string>('stdout');
  const [directory, enter] = useState<string>();
  const shortcuts = [...written, `log/${part}.log`];
  const tabs = (
    <span class="chips">
      {shortcuts.map((name) => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-pressed={directory === undefined && path === name}
          onClick={() => {
            enter(undefined);
            choose(name);
          }}
        >
          {name}
        </button>
      ))}
      <button type="button" class="chip" aria-pressed={directory !== undefined} onClick={() => enter('')}>
        all files
      </button>
    </span>
  );
  return (
    <Card title="Sandbox" side={tabs}>
      {directory === undefined ? (
        <FileText key={path} task={task} path={path} />
      ) : (
        <Directory
          task={task}
          path={directory}
          open={(file) => {
            if (!file.directory) choose(file.path);
            enter(file.directory ? file.path : undefined);
          }}
        />
      )}
    </Card>
  );
}

/** It stays at its end as it grows, unless somebody scrolled up to read. */
function FileText({ task, path }: { readonly task: string; readonly path: string }) {
  const [following, follow] = useState(true);
  const { tail, read, failure, earlier } = useTail(task, path, following);
  const frame = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element !== null && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [tail.text]);
  if (!read) return failure === undefined ? <Empty>Loading…</Empty> : <Failure failure={failure} />;
  return (
    <>
      <div class="file-head">
        <span class="quiet-text">
          <code>{path}</code>, {bytes(tail.size)}
          {tail.from > 0 && `; the last ${bytes(tail.next - tail.from)} are shown`}
        </span>
        <span class="spring" />
        {earlier !== undefined && (
          <button type="button" onClick={earlier}>
            Earlier
          </button>
        )}
        <button type="button" aria-pressed={following} onClick={() => follow(!following)}>
          {following ? 'Following' : 'Follow'}
        </button>
        <SaveFile task={task} path={path} />
      </div>
      {failure !== undefined && <Failure failure={failure} />}
      {tail.text === '' ? (
        <Empty>It is empty.</Empty>
      ) : (
        <pre
          ref={frame}
          class="file"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            atEnd.current = scrollHeight - scrollTop - clientHeight < 40;
          }}
        >
          {tail.text}
        </pre>
      )}
    </>
  );
}

interface DirectoryProps {
  readonly task: string;
  readonly path: string;
  readonly open: (file: SandboxFileView) => void;
}

function Directory({ task, path, open }: DirectoryProps) {
  const { value, failure } = useLive<SandboxListView>(
    `v1/tasks/${encodeURIComponent(task)}/files?path=${encodeURIComponent(path)}`,
  );
  if (value === undefined) return failure === undefined ? <Empty>Loading…</Empty> : <Failure failure={failure} />;
  const above: SandboxFileView = {
    name: '..',
    path: path.split('/').slice(0, -1).join('/'),
    directory: true,
    bytes: 0,
  };
  const name: DataColumn<SandboxFileView> = {
    title: 'File',
    kind: 'main',
    cell: (file) => (
      <button type="button" class="plain-link" onClick={() => open(file)}>
        {file.name}
        {file.directory && '/'}
      </button>
    ),
  };
  return (
    <>
      <p class="quiet-text">
        <code>/{path}</code>
      </p>
      <DataTable
        label="Files"
        columns={[name, ...columns]}
        items={[...(path === '' ? [] : [above]), ...value.files]}
        keyOf={(file) => file.name}
      />
      {value.files.length === 0 && <Empty>Nothing lies there.</Empty>}
      {value.more > 0 && <p class="quiet-text">and {number(value.more)} more</p>}
    </>
  );
}

const columns: readonly DataColumn<SandboxFileView>[] = [
  { title: 'Size', cell: (file) => (file.directory ? '' : bytes(file.bytes)) },
  { title: 'Changed', cell: ({ modifiedAt }) => modifiedAt !== undefined && <Moment at={modifiedAt} /> },
];
