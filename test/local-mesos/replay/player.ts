/**
 * Plays the requests of a recording to a master and holds its answers and events against the recorded ones. A request
 * goes out when everything that stood before it has come, and not before its time. The time is that of the stage, which
 * stands still while something is waited for: so what did not happen in the recording has the same time not to happen here.
 *
 * Held is the order of the updates of each task, of the offers, and of everything else on a stream. Not held is the
 * order between these: offers come with batches, whose beat is another one, and tasks report independently.
 */
import { createTranslation, differences, type Rule } from './compare.ts';
import { createStream, kindOf, offersApart, repeatedWithinMs, type Stream, uuidOf } from './event-stream.ts';
import { type Address, type Answer, pipeline, send } from './exchange.ts';
import type { PlayClock } from './play-clock.ts';
import type { Line, Recording, Request, StreamEvent } from './recording.ts';

/** Long enough for a busy machine; what is recorded comes within milliseconds. */
const patienceMs = 20_000;

export interface Stage {
  /** Of the master, or of the agent of that host name. */
  address(to: string | undefined): Address;
  readonly clock: PlayClock;
  /** What an operator does to a process. */
  do(deed: string): Promise<void>;
  /** Texts of the recording that stand for ours from the beginning. */
  readonly known: readonly (readonly [string, string])[];
}

export interface PlayOptions {
  /** What may differ in this recording, beside what may differ in all. */
  readonly allowed?: readonly Rule[];
  /** Tasks whose updates are not compared. */
  readonly leftOut?: readonly { readonly task: string; readonly reason: string }[];
  /** Why offers are compared one by one, however they were put into events. */
  readonly offersApart?: string;
}

interface Play {
  readonly apart: boolean;
  readonly stage: Stage;
  readonly allowed: readonly Rule[];
  readonly leftOut: ReadonlySet<string>;
  readonly translation: ReturnType<typeof createTranslation>;
  readonly streams: Map<string, Stream>;
  readonly answers: Map<number, Promise<Answer | undefined>>;
  /** When each update was recorded last. */
  readonly updates: Map<string, number>;
  readonly found: string[];
}

export async function play(recording: Recording, stage: Stage, options: PlayOptions = {}): Promise<string[]> {
  const playing: Play = {
    stage,
    allowed: options.allowed ?? [],
    apart: options.offersApart !== undefined,
    leftOut: new Set(options.leftOut?.map(({ task }) => `UPDATE of ${task}`)),
    translation: createTranslation(stage.known),
    streams: new Map(),
    answers: new Map(),
    updates: new Map(),
    found: [],
  };
  for (const line of recording.lines) {
    await stage.clock.advanceTo(line.t);
    await playLine(playing, line);
  }
  for (const [name, stream] of playing.streams) {
    for (const event of stream.rest())
      if (!playing.leftOut.has(kindOf(event)))
        note(playing, name, [`.${kindOf(event)}: nothing | ${JSON.stringify(event)}`]);
    await stream.cut();
  }
  return playing.found;
}

function note({ found, allowed }: Play, label: string, faults: readonly string[]): void {
  for (const fault of faults) {
    const line = `${label} ${fault}`;
    if (!allowed.some(({ where }) => where.test(line))) found.push(line);
  }
}

async function playLine(playing: Play, line: Line): Promise<void> {
  const { stage, translation, streams, answers } = playing;
  const label = `[${line.t}]`;
  if ('do' in line) {
    await stage.clock.until(stage.do(line.do));
  } else if ('pipeline' in line) {
    const statuses = await stage.clock.until(pipeline(stage.address(undefined), line, translation.ours));
    note(playing, `${label} pipeline`, differences(line.statuses, statuses, translation));
  } else if ('request' in line) {
    const answer = ask(playing, line);
    answers.set(line.request, answer);
    await stage.clock.until(answer);
  } else if ('response' in line) {
    const answer = await stage.clock.until(answers.get(line.response) ?? Promise.resolve(undefined));
    const theirs = { status: line.status, text: line.text, json: line.json, headers: comparable(line.headers) };
    const streamId = line.headers['Mesos-Stream-Id'];
    if (streamId !== undefined) translation.learn(streamId, answer?.headers['mesos-stream-id'] ?? '');
    note(playing, `${label} response ${line.response}`, differences(theirs, readable(answer, theirs), translation));
  } else if ('event' in line) {
    for (const event of playing.apart ? offersApart(line.event) : [line.event])
      await playEvent(playing, { ...line, event });
  } else if (line.closed === 'by us') {
    await stage.clock.until(cut(playing, line.stream));
  } else {
    const ended = await stage.clock.until(streams.get(line.stream)?.ended(patienceMs) ?? Promise.resolve(undefined));
    note(playing, label, ended === true ? [] : [`${line.stream} was not ended`]);
  }
}

/** Until the master has seen it: what it is asked afterwards it answers afterwards. */
async function cut({ stage, streams }: Play, name: string): Promise<void> {
  await streams.get(name)?.cut();
  const question = { t: stage.clock.t, request: 0, method: 'GET', path: '/health' };
  await send(stage.address(undefined), question, (text) => text, undefined);
}

function ask({ stage, translation, streams, apart }: Play, line: Request): Promise<Answer | undefined> {
  const stream = line.stream === undefined ? undefined : createStream(stage.clock.now, apart);
  if (line.stream !== undefined && stream !== undefined) streams.set(line.stream, stream);
  return send(stage.address(line.to), line, translation.ours, stream);
}

async function playEvent(playing: Play, line: { t: number; stream: string; event: StreamEvent }): Promise<void> {
  const { stage, translation, streams, updates } = playing;
  if (playing.leftOut.has(kindOf(line.event))) return;
  const uuid = uuidOf(line.event);
  const before = uuid === undefined ? undefined : updates.get(uuid);
  if (uuid !== undefined) updates.set(uuid, line.t);
  // The same once more within a moment: see event-stream.
  if (before !== undefined && (line.t - before) * 1000 < repeatedWithinMs) return;
  const next = streams.get(line.stream)?.next(translation.ours(kindOf(line.event, playing.apart)), patienceMs);
  // What timers send may have been recorded some milliseconds before its time; a task's first updates come from processes.
  const slackMs = uuid !== undefined && before === undefined ? 0 : 25;
  const own = await stage.clock.until(next ?? Promise.resolve(undefined), slackMs);
  note(playing, `[${line.t}] ${line.stream} ${kindOf(line.event)}`, differences(line.event, own, translation));
}

/** The answer with as much of its body as the recording has. */
function readable(answer: Answer | undefined, theirs: { text: unknown; json: unknown }) {
  const json = theirs.json === undefined ? undefined : parsed(answer?.text ?? '');
  return {
    status: answer?.status,
    text: theirs.text === undefined ? undefined : answer?.text,
    json,
    headers: comparable(answer?.headers ?? {}),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON where JSON is recorded: that is the difference.
    return text;
  }
}

/** Allowed: Node names the connection and how long it is kept; Mesos leaves both to HTTP. Lengths of JSON differ with ids. */
function comparable(headers: Readonly<Record<string, string>>): Record<string, string> {
  const left = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const kept = left.filter(
    ([name]) => !['connection', 'keep-alive', 'content-length', 'mesos-stream-id'].includes(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, name === 'date' ? 'now' : value]));
}
