/** The scheduler's side of the driver's protocol, rule by rule, and as a property of any order of calls. */
import test from 'ava';
import fc from 'fast-check';
import { loadDriverState, saveDriverState } from '../../../src/flink/driver/saved-state.ts';
import {
  type DriverEffect,
  type DriverInput,
  type DriverState,
  type DriverStep,
  noDriver,
  resume,
  step,
} from '../../../src/flink/driver/sessions.ts';
import { attachOf, aWorker, sessionA, sessionB } from './fixture.ts';

const attach = (session = sessionA): DriverInput => ({ kind: 'attach', ...attachOf(session) });
const want = (revision: number, ...ids: string[]): DriverInput => ({
  kind: 'want',
  session: sessionA,
  revision,
  workers: ids.map(aWorker),
});
const poll = (after: number, session = sessionA): DriverInput => ({ kind: 'poll', session, after });
const finish = (session = sessionA): DriverInput => ({
  kind: 'finish',
  session,
  status: 'SUCCEEDED',
  diagnostics: null,
});
const placed = (id: string): DriverInput => ({ kind: 'placed', id });
const ended = (id: string): DriverInput => ({ kind: 'ended', id, diagnostics: 'exit 1' });

/** The last step, and the effects of all, short: "request w-1". */
function after(...inputs: DriverInput[]): DriverStep & { all: string[]; last: string[] } {
  return afterState(noDriver, ...inputs);
}

function afterState(from: DriverState, ...inputs: DriverInput[]): DriverStep & { all: string[]; last: string[] } {
  let result: DriverStep = { state: from, answer: { kind: 'done' }, effects: [] };
  const all: string[] = [];
  for (const input of inputs) {
    result = step(result.state, input);
    all.push(...result.effects.map(inShort));
  }
  return { ...result, all, last: result.effects.map(inShort) };
}

function inShort(effect: DriverEffect): string {
  if (effect.kind === 'finished') return 'finished';
  return `${effect.kind} ${'worker' in effect ? effect.worker.id : effect.id}`;
}

const phases = (state: DriverState) => Object.fromEntries([...state.workers].map(([id, { phase }]) => [id, phase]));
const refusalOf = ({ answer }: DriverStep) => (answer.kind === 'refused' ? answer.refusal.code : answer.kind);

/** w-1 launched: its placement is event 1, acknowledged. */
const launched = [attach(), want(1, 'w-1'), placed('w-1'), poll(1)];

test('a new id in the statement is a request, once', (t) => {
  const { all, state } = after(attach(), want(1, 'w-1'), want(2, 'w-1', 'w-2'));
  t.deepEqual(all, ['request w-1', 'request w-2']);
  t.deepEqual(phases(state), { 'w-1': 'requested', 'w-2': 'requested' });
});

test('a statement that was repeated or overtaken changes nothing', (t) => {
  const { state } = after(attach(), want(1, 'w-1'), want(3, 'w-1', 'w-2'));
  for (const old of [want(3, 'w-9'), want(2), want(1, 'w-1')]) {
    const again = step(state, old);
    t.is(again.state, state);
    t.deepEqual(again.effects, []);
    t.deepEqual(again.answer, { kind: 'taken', revision: 3 });
  }
});

test('RM-10: what is placed is launched when the cursor has passed its event, not before', (t) => {
  const { state, all } = after(attach(), want(1, 'w-1'), placed('w-1'), poll(0), poll(0));
  t.deepEqual(all, ['request w-1']);
  t.deepEqual(step(state, poll(0)).answer, { kind: 'events', events: [{ seq: 1, type: 'placed', id: 'w-1' }] });
  const acknowledged = afterState(state, poll(1));
  t.deepEqual(acknowledged.last, ['launch w-1']);
  t.deepEqual(acknowledged.answer, { kind: 'events', events: [] });
  t.deepEqual(afterState(acknowledged.state, poll(1), poll(1)).all, []);
});

test('an id that is missing is withdrawn or, once launched, killed', (t) => {
  t.deepEqual(after(attach(), want(1, 'w-1'), want(2)).last, ['withdraw w-1']);
  const withdrawn = after(attach(), want(1, 'w-1'), placed('w-1'), want(2), poll(1));
  t.deepEqual(withdrawn.all, ['request w-1', 'withdraw w-1'], 'an acknowledgement that comes too late starts nothing');
  const released = after(...launched, want(2));
  t.deepEqual(released.last, ['kill w-1']);
  t.deepEqual(phases(released.state), { 'w-1': 'releasing' });
  t.deepEqual(afterState(released.state, want(3)).last, []);
  const gone = afterState(released.state, ended('w-1'), poll(1));
  t.deepEqual(phases(gone.state), {});
  t.deepEqual(gone.answer, { kind: 'events', events: [] }, 'an end that was asked for is no news');
});

test('an offer for one that is wanted no more is given back', (t) => {
  t.deepEqual(after(attach(), want(1, 'w-1'), want(2), placed('w-1')).last, ['withdraw w-1']);
  t.deepEqual(after(...launched, want(2), placed('w-1')).last, ['withdraw w-1']);
  t.deepEqual(after(attach(), placed('w-8')).last, ['withdraw w-8']);
});

test('AR-2: an offer that lapsed before it was acknowledged is asked for anew, and the old event launches nothing', (t) => {
  const lapsed = after(attach(), want(1, 'w-1'), placed('w-1'), { kind: 'lapsed', id: 'w-1' });
  t.deepEqual(lapsed.last, ['request w-1']);
  const again = afterState(lapsed.state, placed('w-1'), poll(1));
  t.deepEqual(again.all, []);
  t.deepEqual(afterState(again.state, poll(2)).last, ['launch w-1']);
  t.deepEqual(after(...launched, { kind: 'lapsed', id: 'w-1' }).last, []);
});

test('an end is told until it is acknowledged, and told once', (t) => {
  const { state } = after(...launched, ended('w-1'), ended('w-1'));
  const told = { kind: 'events', events: [{ seq: 2, type: 'ended', id: 'w-1', diagnostics: 'exit 1' }] };
  t.deepEqual(step(state, poll(1)).answer, told);
  t.deepEqual(step(state, poll(1)).answer, told);
  t.deepEqual(step(state, poll(2)).answer, { kind: 'events', events: [] });
});

test('a late statement does not ask anew for one that has ended', (t) => {
  const late = after(...launched, ended('w-1'), poll(2), want(2, 'w-1', 'w-2'));
  t.deepEqual(late.last, ['request w-2']);
  const caughtUp = afterState(late.state, want(3, 'w-2'));
  t.deepEqual(phases(caughtUp.state), { 'w-2': 'requested' }, 'then it is forgotten');
});

test('AR-10: a recovered id that is not known here is told to have ended', (t) => {
  const { state, last } = after(attach(), { kind: 'want', session: sessionA, revision: 1, workers: [{ id: 'w-7' }] });
  t.deepEqual(last, []);
  t.like(step(state, poll(0)).answer, { kind: 'events', events: [{ type: 'ended', id: 'w-7' }] });
});

test('a new session takes over what was launched and drops what was not', (t) => {
  const { state } = after(...launched, want(2, 'w-1', 'w-2', 'w-3'), placed('w-2'));
  const taken = step(state, attach(sessionB));
  t.deepEqual(taken.effects.map(inShort), ['withdraw w-2', 'withdraw w-3']);
  t.deepEqual(taken.answer, { kind: 'attached', attached: { workers: [{ id: 'w-1', slots: 2 }], after: 2 } });
  t.deepEqual(phases(taken.state), { 'w-1': 'launched' });
  const recovered: DriverInput = { kind: 'want', session: sessionB, revision: 1, workers: [{ id: 'w-1' }] };
  t.deepEqual(afterState(taken.state, recovered).last, []);
});

test('the old session is fenced in every call, and cannot attach again', (t) => {
  const { state } = after(...launched, attach(sessionB));
  for (const call of [attach(), want(9, 'w-9'), poll(1), finish()]) {
    const answer = step(state, call);
    t.is(refusalOf(answer), 'fenced', call.kind);
    t.is(answer.state, state);
    t.deepEqual(answer.effects, []);
  }
});

test('a session that was never heard of is to attach', (t) => {
  for (const state of [noDriver, after(...launched).state])
    for (const call of [poll(0, sessionB), { ...want(1), session: sessionB } as DriverInput, finish(sessionB)])
      t.is(refusalOf(step(state, call)), 'unknown-session', call.kind);
});

test('a cursor from a future that was lost is answered like an unknown session', (t) => {
  t.is(refusalOf(after(attach(), poll(5))), 'unknown-session');
});

test('attaching again under the same id changes nothing and gives the events that were not acknowledged', (t) => {
  const { state } = after(...launched, want(2, 'w-1', 'w-2'), placed('w-2'), ended('w-1'));
  const again = step(state, attach());
  t.is(again.state, state);
  t.deepEqual(again.answer, { kind: 'attached', attached: { workers: [], after: 1 } });
  const { answer } = step(state, poll(1));
  t.is(answer.kind === 'events' && answer.events.length, 2);
});

test('event numbers never go back, not even with a new session', (t) => {
  const { state } = after(...launched, attach(sessionB));
  t.is(state.seq, 1);
  const workers = [{ id: 'w-1' }, aWorker('w-2')];
  const wanted: DriverInput = { kind: 'want', session: sessionB, revision: 1, workers };
  t.is(afterState(state, wanted, placed('w-2')).state.seq, 2);
});

test('the end of the application ends all that was wanted, once, and for good', (t) => {
  const { state, last } = after(...launched, want(2, 'w-1', 'w-2'), finish());
  t.deepEqual(last, ['finished', 'kill w-1', 'withdraw w-2']);
  t.is(state.finished?.status, 'SUCCEEDED');
  t.deepEqual(afterState(state, finish(), want(3, 'w-3'), placed('w-2')).all, ['withdraw w-2']);
  t.is(refusalOf(step(state, attach(sessionB))), 'fenced');
});

test('after a restart everything is carried out once more, and offers are asked for anew', (t) => {
  const before = after(...launched, want(2, 'w-1', 'w-2', 'w-3'), placed('w-2')).state;
  const saved = loadDriverState(JSON.parse(JSON.stringify(saveDriverState(before))));
  t.deepEqual(saved, before);
  const { state, effects } = resume(saved);
  t.deepEqual(effects.map(inShort), ['launch w-1', 'request w-2', 'request w-3']);
  t.deepEqual(afterState(state, poll(2)).all, [], 'the event of the offer that is gone launches nothing');
  t.deepEqual(afterState(state, placed('w-2'), poll(3)).all, ['launch w-2']);
  t.deepEqual(resume(after(...launched, want(2)).state).effects.map(inShort), ['kill w-1']);
  t.deepEqual(resume(after(...launched, finish()).state).effects.map(inShort), ['kill w-1', 'finished']);
});

test('property: whatever is said in whatever order, only what is wanted and acknowledged is launched, each once', (t) => {
  const id = fc.constantFrom('w-1', 'w-2', 'w-3');
  const session = fc.constantFrom(sessionA, sessionB);
  const input: fc.Arbitrary<DriverInput> = fc.oneof(
    session.map(attach),
    fc
      .record({ session, revision: fc.nat(9), ids: fc.uniqueArray(id) })
      .map(({ ids, ...rest }): DriverInput => ({ kind: 'want', ...rest, workers: ids.map(aWorker) })),
    fc.record({ session, after: fc.nat(12) }).map(({ session, after }) => poll(after, session)),
    id.map(placed),
    id.map((id): DriverInput => ({ kind: 'lapsed', id })),
    id.map(ended),
    session.map(finish),
  );
  fc.assert(
    fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
      let state = noDriver;
      for (const each of inputs) {
        const next = step(state, each);
        for (const effect of next.effects) {
          if (effect.kind === 'launch') {
            t.is(each.kind, 'poll');
            t.is(state.workers.get(effect.worker.id)?.phase, 'placed');
          }
          if (effect.kind === 'request') t.is(next.state.workers.get(effect.worker.id)?.phase, 'requested');
          if (effect.kind === 'kill') t.is(state.workers.get(effect.id)?.phase, 'launched');
        }
        t.true(next.state.seq >= state.seq && next.state.events.every(({ seq }) => seq <= next.state.seq));
        if (state.finished) t.false(next.effects.some(({ kind }) => kind === 'launch' || kind === 'request'));
        t.deepEqual(loadDriverState(JSON.parse(JSON.stringify(saveDriverState(next.state)))), next.state);
        state = next.state;
      }
    }),
    { verbose: true },
  );
});
