/** One task: its life as a timeline, where it runs, why it waits or has ended, and what was told of it. */
import { useMemo, useState } from 'preact/hooks';
import type { FactView, TaskView, TaskWhyView } from '../../api/views.ts';
import { RestartTask } from '../acts/restart-task.tsx';
import { useFacts, useLive } from '../data/session.ts';
import { taskOf } from '../data/touched.ts';
import { Badge, Card, Empty, Fact, Failure, Notice } from '../parts/basics.tsx';
import { EventTable } from '../parts/event-table.tsx';
import { Sandbox } from '../parts/sandbox.tsx';
import { Timeline } from '../parts/timeline.tsx';
import { WhyWaiting } from '../parts/why-waiting.tsx';
import { links } from '../routes.ts';
import { cpus, memory, partWord, sentence } from '../words.ts';

export function TaskPage({ id }: { readonly id: string }) {
  const { value: task, failure } = useLive<TaskView>(`v1/tasks/${encodeURIComponent(id)}`);
  const facts = useFacts();
  const ours = useMemo(() => facts.filter((fact) => taskOf(fact) === id).toReversed(), [facts, id]);
  if (task === undefined) {
    if (failure === undefined) return <Empty>Loading…</Empty>;
    if (failure.code !== 'NOT_FOUND') return <Failure failure={failure} />;
  }
  return (
    <>
      {task === undefined ? <Forgotten id={id} /> : <Known task={task} facts={ours} />}
      {task !== undefined && failure !== undefined && <Failure failure={failure} />}
      <Card title="Events">
        <EventTable facts={ours} label="Events of the task" empty="Nothing is remembered of this task." />
      </Card>
    </>
  );
}

function Forgotten({ id }: { readonly id: string }) {
  return (
    <Notice tone="idle">
      <h1>There is no task {id}</h1>
      <p>
        It ended long ago and is forgotten, or never was. <a href={links.tasks}>All tasks</a>
      </p>
    </Notice>
  );
}

function Known({ task, facts }: { readonly task: TaskView; readonly facts: readonly FactView[] }) {
  return (
    <>
      <Head task={task} />
      {task.phase === 'waiting' && <Why task={task} />}
      <Card title="Life">
        <Timeline task={task} facts={facts} />
      </Card>
      <Card title="Where and with what">
        <dl class="facts">
          <Fact name="Host">{task.hostname ?? 'none yet'}</Fact>
          <Fact name="Agent">
            {task.agentId === undefined ? (
              'none yet'
            ) : (
              <a href={links.agent(task.agentId)}>
                <code>{task.agentId}</code>
              </a>
            )}
          </Fact>
          <Fact name="Ports">{portsOf(task)}</Fact>
          <Fact name="CPUs">{cpus(task.resources.cpus)}</Fact>
          <Fact name="Memory">{memory(task.resources.memMiB)}</Fact>
          <Fact name="Disk">{memory(task.resources.diskMiB)}</Fact>
        </dl>
      </Card>
      {task.agentId !== undefined && <Sandbox task={task.id} part={task.part} />}
    </>
  );
}

function Why({ task }: { readonly task: TaskView }) {
  const { value: why } = useLive<TaskWhyView>(`v1/tasks/${encodeURIComponent(task.id)}/why`);
  return why === undefined ? null : (
    <Card title="Why it waits" side={<a href={links.offers}>The last offers</a>}>
      <WhyWaiting why={why} />
    </Card>
  );
}

function Head({ task }: { readonly task: TaskView }) {
  const [act, setAct] = useState<'restart' | 'replace'>();
  const { id, cluster, part, state, phase, reason, message } = task;
  return (
    <header class="page-head">
      <p class="crumbs">
        <a href={links.cluster(cluster)}>{cluster}</a> / {partWord(part)}
      </p>
      <div class="title">
        <h1>{id}</h1>
        <Badge state={state} />
        <span class="spring" />
        {phase !== 'ended' && (
          <>
            <button type="button" onClick={() => setAct('restart')}>
              Restart
            </button>
            {phase === 'launched' && (
              <button type="button" onClick={() => setAct('replace')}>
                Replace
              </button>
            )}
          </>
        )}
      </div>
      {phase === 'waiting' && (
        <Notice tone="warn">{sentence(`it waits: ${task.whyWaiting ?? 'no offer has come yet'}`)}</Notice>
      )}
      {phase === 'ended' && <WhyEnded reason={reason} message={message} />}
      {act !== undefined && <RestartTask task={task} act={act} close={() => setAct(undefined)} />}
    </header>
  );
}

function WhyEnded({ reason, message }: { readonly reason: string | undefined; readonly message: string | undefined }) {
  if (reason === undefined && message === undefined) return null;
  return (
    <Notice tone="idle">
      {reason !== undefined && <code>{reason}</code>}
      {message !== undefined && <pre>{message}</pre>}
    </Notice>
  );
}

function portsOf({ ports }: TaskView): string {
  const list = Object.entries(ports ?? {}).map(([name, port]) => `${name} ${port}`);
  return list.length === 0 ? 'none yet' : list.join(', ');
}
