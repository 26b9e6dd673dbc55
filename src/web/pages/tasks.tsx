/** The tasks of all clusters, and what the waiting ones wait for. */
import type { TaskView } from '../../api/views.ts';
import { useLive } from '../data/session.ts';
import { Card, Empty, Failure } from '../parts/basics.tsx';
import { TaskTable } from '../parts/task-table.tsx';
import { links } from '../routes.ts';
import { waitingReasons } from '../troubles.ts';
import { number, sentence } from '../words.ts';

export function TasksPage() {
  const { value: tasks, failure } = useLive<readonly TaskView[]>('v1/tasks');
  if (tasks === undefined) return failure === undefined ? <Empty>Loading…</Empty> : <Failure failure={failure} />;
  const reasons = waitingReasons(tasks);
  return (
    <>
      <h1>Tasks</h1>
      {failure !== undefined && <Failure failure={failure} />}
      {reasons.length > 0 && (
        <Card title="Why tasks wait">
          <ul class="reasons">
            {reasons.map(({ why, tasks: [first, ...others] }) => (
              <li key={why}>
                <strong>{number(others.length + 1)}</strong>
                <span>
                  {sentence(why)}
                  {first !== undefined && (
                    <>
                      {' '}
                      {others.length === 0 ? 'This one: ' : 'One of them: '}
                      <a href={links.task(first.id)}>{first.id}</a>
                    </>
                  )}
                </span>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Card title="All tasks">
        <TaskTable tasks={tasks} withCluster />
      </Card>
    </>
  );
}
