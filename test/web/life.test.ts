/** The steps of a task's life, as the timeline shows them. */
import test from 'ava';
import type { FactView, TaskView } from '../../src/api/views.ts';
import { lifeOf } from '../../src/web/life.ts';

const task = {
  ...{ id: 't', part: 'taskmanager', phase: 'launched', state: 'TASK_RUNNING', hostname: 'h' },
  ...{ requestedAt: '2026-01-01T00:00:00Z', launchedAt: '2026-01-01T00:00:01Z', runningAt: '2026-01-01T00:00:05Z' },
} as TaskView;
const fact = (kind: string, at: string, data = {}) => ({ kind, at, data }) as FactView;
const titles = (life: ReturnType<typeof lifeOf>) => life.map(({ title, at }) => `${title} ${at?.slice(17, 19) ?? '-'}`);

test('a task is requested, matched, launched, running, and not ended yet', (t) => {
  t.deepEqual(titles(lifeOf(task, [])), ['Requested 00', 'Matched 01', 'Launched 01', 'Running 05', 'Ended -']);
  t.is(lifeOf(task, [])[1]?.note, 'to an offer of h');
});

test('what was told of it adds steps: starting, and its registration', (t) => {
  const facts = [
    fact('taskmanager.registered', '2026-01-01T00:00:07Z'),
    fact('task.updated', '2026-01-01T00:00:03Z', { state: 'TASK_STARTING' }),
  ];
  t.deepEqual(titles(lifeOf(task, facts)).slice(2), [
    'Launched 01',
    'Starting 03',
    'Running 05',
    'Registered 07',
    'Ended -',
  ]);
  const jobManager = lifeOf({ ...task, part: 'jobmanager' }, [fact('jobmanager.ready', '2026-01-01T00:00:08Z')]);
  t.is(titles(jobManager)[4], 'Answers 08');
});

test('what an ended task never reached is left out; its end has its reason', (t) => {
  const ended = { ...task, phase: 'ended', state: 'TASK_FAILED', endedAt: '2026-01-01T00:00:09Z', reason: 'REASON_X' };
  const life = lifeOf({ ...ended, runningAt: undefined } as unknown as TaskView, []);
  t.deepEqual(titles(life), ['Requested 00', 'Matched 01', 'Launched 01', 'Ended 09']);
  t.like(life.at(-1), { tone: 'bad', note: 'REASON_X' });
});
