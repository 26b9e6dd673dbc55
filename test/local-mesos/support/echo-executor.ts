/**
 * An executor for tests, a program of its own that knows nothing but the executor HTTP API and its environment. It runs
 * no processes: a task is running when it was launched, and ends when it is told to. Messages are echoed, but for these:
 * `exit N` ends the executor, `finish TASK` a task, `stubborn` makes it deaf to SHUTDOWN. It subscribes again, with what
 * was not acknowledged, for as long as it lives.
 */
import { randomBytes } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';

interface Event {
  readonly type: string;
  readonly launch?: { readonly task: Task };
  readonly launch_group?: { readonly task_group: { readonly tasks: readonly Task[] } };
  readonly kill?: { readonly task_id: { readonly value: string } };
  readonly acknowledged?: { readonly task_id: { readonly value: string }; readonly uuid: string };
  readonly message?: { readonly data: string };
}

interface Task {
  readonly task_id: { readonly value: string };
}

const { MESOS_AGENT_ENDPOINT = '', MESOS_EXECUTOR_ID, MESOS_FRAMEWORK_ID } = process.env;
const [host, port] = MESOS_AGENT_ENDPOINT.split(':');
const unacknowledgedTasks = new Map<string, Task>();
const unacknowledgedUpdates = new Map<string, object>();
let isStubborn = false;

process.on('SIGTERM', () => undefined);
subscribe();

function subscribe(): void {
  const body = {
    unacknowledged_tasks: [...unacknowledgedTasks.values()],
    unacknowledged_updates: [...unacknowledgedUpdates.values()],
  };
  post({ type: 'SUBSCRIBE', subscribe: body }, (answer) => {
    let text = '';
    answer.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\n'); end >= 0 && text.length > end + Number(text.slice(0, end)); ) {
        const length = Number(text.slice(0, end));
        take(JSON.parse(text.slice(end + 1, end + 1 + length)) as Event);
        text = text.slice(end + 1 + length);
        end = text.indexOf('\n');
      }
    });
    answer.on('error', () => undefined);
    answer.on('close', again);
  });
}

function again(): void {
  setTimeout(subscribe, 100);
}

function post(call: object, read: (answer: IncomingMessage) => void): void {
  const ids = { executor_id: { value: MESOS_EXECUTOR_ID }, framework_id: { value: MESOS_FRAMEWORK_ID } };
  const sending = request({ host, port, path: '/api/v1/executor', method: 'POST' }, read);
  sending.setHeader('Content-Type', 'application/json');
  // What is lost is sent again with the next subscription.
  sending.on('error', 'subscribe' in call ? again : () => undefined);
  sending.end(JSON.stringify({ ...ids, ...call }));
}

function take(event: Event): void {
  process.stdout.write(`${event.type}\n`);
  const launched =
    event.launch?.task === undefined ? (event.launch_group?.task_group.tasks ?? []) : [event.launch.task];
  for (const task of launched) {
    unacknowledgedTasks.set(task.task_id.value, task);
    update(task.task_id.value, 'TASK_RUNNING');
  }
  if (event.kill !== undefined) update(event.kill.task_id.value, 'TASK_KILLED');
  if (event.acknowledged !== undefined) {
    unacknowledgedTasks.delete(event.acknowledged.task_id.value);
    unacknowledgedUpdates.delete(event.acknowledged.uuid);
  }
  if (event.message !== undefined) obey(Buffer.from(event.message.data, 'base64').toString());
  if (event.type === 'SHUTDOWN' && !isStubborn) process.exit(0);
}

function obey(said: string): void {
  const [verb, what = ''] = said.split(' ');
  if (verb === 'exit') process.exit(Number(what));
  if (verb === 'finish') update(what, 'TASK_FINISHED');
  else if (verb === 'stubborn') isStubborn = true;
  else post({ type: 'MESSAGE', message: { data: Buffer.from(`echo ${said}`).toString('base64') } }, drain);
}

function update(taskId: string, state: string): void {
  const uuid = randomBytes(16).toString('base64');
  const status = { task_id: { value: taskId }, state, uuid, source: 'SOURCE_EXECUTOR', timestamp: Date.now() / 1000 };
  unacknowledgedUpdates.set(uuid, { status });
  post({ type: 'UPDATE', update: { status } }, drain);
}

function drain(answer: IncomingMessage): void {
  answer.resume();
}
