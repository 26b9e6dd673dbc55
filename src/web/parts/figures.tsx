/** How much there is of everything, in figures. */
import type { ClusterView, TaskView } from '../../api/views.ts';
import { links } from '../routes.ts';
import { cpus, memory, number } from '../words.ts';
import { Meter } from './basics.tsx';

interface FiguresProps {
  readonly clusters: readonly ClusterView[];
  readonly tasks: readonly TaskView[];
}

export function Figures({ clusters, tasks }: FiguresProps) {
  const total = (of: (cluster: ClusterView) => number) => clusters.reduce((sum, cluster) => sum + of(cluster), 0);
  const running = clusters.filter(({ phase }) => phase === 'running').length;
  const [registered, wanted] = [total((c) => c.taskManagers.registered), total((c) => c.taskManagers.wanted)];
  const [slots, free] = [total((c) => c.slots.total), total((c) => c.slots.free)];
  const jobs = total((c) => c.jobs.running);
  const launched = tasks.filter(({ phase }) => phase === 'launched');
  const waiting = tasks.filter(({ phase }) => phase === 'waiting').length;
  const held = launched.reduce(
    (sum, task) => ({ cpus: sum.cpus + task.resources.cpus, memMiB: sum.memMiB + task.resources.memMiB }),
    { cpus: 0, memMiB: 0 },
  );
  return (
    <section class="figures" aria-label="In figures">
      <Figure title="Clusters running" value={number(running)} of={`of ${number(clusters.length)}`} />
      <Figure title="Jobs running" value={number(jobs)} of={`of ${number(total((c) => c.jobs.all))} known`} />
      <Figure
        title="TaskManagers"
        value={number(registered)}
        of={`of ${number(wanted)} wanted`}
        share={[registered, wanted]}
      />
      <Figure
        title="Slots in use"
        value={number(slots - free)}
        of={`of ${number(slots)}, ${number(free)} free`}
        more={slotsToCome(clusters, tasks)}
        share={[slots - free, slots]}
      />
      <Figure
        title="Mesos tasks"
        value={number(launched.length)}
        of={waiting === 0 ? 'none waits' : `${number(waiting)} waiting`}
        link={links.tasks}
      />
      <Figure title="Held of Mesos" value={cpus(held.cpus)} of={memory(held.memMiB)} />
    </section>
  );
}

/** Those of TaskManagers that wait for an offer, and of such as are launched and have not registered. */
function slotsToCome(clusters: readonly ClusterView[], tasks: readonly TaskView[]): string | undefined {
  const taskManagers = Map.groupBy(
    tasks.filter(({ part, phase }) => part === 'taskmanager' && phase !== 'ended'),
    ({ cluster }) => cluster,
  );
  let [asked, starting] = [0, 0];
  for (const { name, spec, taskManagers: counted } of clusters) {
    const waiting = (taskManagers.get(name) ?? []).filter(({ phase }) => phase === 'waiting').length;
    const launched = (taskManagers.get(name) ?? []).length - waiting;
    asked += waiting * spec.taskManager.slots;
    starting += Math.max(0, launched - counted.registered) * spec.taskManager.slots;
  }
  const words = [asked > 0 && `${number(asked)} asked for`, starting > 0 && `${number(starting)} starting`].filter(
    Boolean,
  );
  return words.length === 0 ? undefined : words.join(', ');
}

interface FigureProps {
  readonly title: string;
  readonly value: string;
  readonly of: string;
  readonly more?: string;
  readonly share?: readonly [number, number];
  readonly link?: string;
}

function Figure({ title, value, of, more, share, link }: FigureProps) {
  return (
    <div class="figure">
      <h3>{link === undefined ? title : <a href={link}>{title}</a>}</h3>
      <p>
        <strong>{value}</strong> <span class="quiet-text">{of}</span>
        {more !== undefined && <span class="under quiet-text">{more}</span>}
      </p>
      {share !== undefined && <Meter value={share[0]} of={share[1]} label={title} />}
    </div>
  );
}
