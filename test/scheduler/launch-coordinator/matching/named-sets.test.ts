/** Named sets of resources: who shares one, who gets one of its own, and what is left when tasks end. */
import test from 'ava';
import _ from 'lodash';
import {
  type Agent,
  Matcher,
  type Request,
  type SetUse,
} from '../../../../src/scheduler/launch-coordinator/matching/index.ts';
import { agent, many, objectives, request, where } from './fixtures.ts';

/** An agent with three sets of two sub-resources each, unless it is said otherwise. */
function withSets(id: string, { sets = 3, each = 2, used = [] as SetUse[] } = {}): Agent {
  return agent(id, { cpus: 16, mem: 1_600 }, { sets: { eni: { sets, each, used } } });
}

function asking(id: string, value: string, amount = 1): Request {
  return request(id, {}, { sets: { eni: { value, amount } } });
}

for (const objective of objectives) {
  const match = (agents: readonly Agent[], requests: readonly Request[]) =>
    new Matcher(agents).match(requests, objective);

  test(`${objective}, FZ-72, FZ-86: four tasks with two values use two sets of three, and are told which`, (t) => {
    const asked = [asking('a', 'red'), asking('b', 'blue'), asking('c', 'red'), asking('d', 'blue')];
    const sets = Object.fromEntries(
      match([withSets('x')], asked).placements.map(({ requestId, sets }) => [requestId, sets?.eni]),
    );
    t.is(new Set(Object.values(sets)).size, 2);
    t.is(sets.a, sets.c);
    t.is(sets.b, sets.d);
  });

  test(`${objective}, FZ-73: with all sets taken a known value still fits, and a fourth value does not`, (t) => {
    const agents = [withSets('x')];
    const three = ['red', 'blue', 'green'].map((value) => asking(value, value));
    t.deepEqual(match(agents, [...three, asking('again', 'red'), asking('fourth', 'black')]).unplaced, ['fourth']);
  });

  test(`${objective}, FZ-74: when the sub-resources of a set are used up the next set is taken, and then none`, (t) => {
    const asked = _.range(7).map((index) => asking(`r${index}`, 'red'));
    const { placements, unplaced } = match([withSets('x')], asked);
    t.deepEqual(
      _.countBy(placements, ({ sets }) => sets?.eni),
      { 0: 2, 1: 2, 2: 2 },
    );
    t.is(unplaced.length, 1);
    t.deepEqual(match([withSets('x')], [asking('large', 'red', 3)]).unplaced, ['large']);
  });

  test(`${objective}, FZ-75: without sub-resources any number of tasks shares a set`, (t) => {
    const asked = _.range(9).map((index) => asking(`r${index}`, 'red', 0));
    const { placements } = match([withSets('x', { sets: 2, each: 0 })], asked);
    t.is(placements.length, 9);
    t.is(new Set(placements.map(({ sets }) => sets?.eni)).size, 1);
  });

  test(`${objective}, FZ-76: tasks that ask for none share a set of their own`, (t) => {
    const asked = [...many(3), asking('a', 'red'), asking('b', 'blue'), asking('c', 'green')];
    const { placements, unplaced } = match([withSets('x')], asked);
    t.is(unplaced.length, 1);
    const plain = placements.filter(({ requestId }) => requestId.startsWith('r')).map(({ sets }) => sets?.eni);
    t.is(new Set(plain).size, 1);
  });

  test(`${objective}, FZ-77, FZ-81: what runs keeps its sets, whatever is offered anew`, (t) => {
    const used = ['red', 'blue', 'green'].map((value, set) => ({ set, value, amount: 1 }));
    const matcher = new Matcher([withSets('x', { used })]);
    t.deepEqual(matcher.match([asking('other', 'black'), asking('same', 'blue')], objective).unplaced, ['other']);
    matcher.set(withSets('x', { used }));
    t.is(matcher.match([asking('again', 'blue')], objective).placements[0]?.sets?.eni, 1);
  });

  test(`${objective}, FZ-78: what finds no set goes to another agent`, (t) => {
    const asked = _.range(4).map((index) => asking(`r${index}`, `value${index}`));
    const { placements } = match([withSets('x'), withSets('y')], asked);
    t.deepEqual(_.sortBy(Object.values(_.countBy(placements, 'agentId'))), [1, 3]);
  });

  test(`${objective}, FZ-79, FZ-82: a set that nobody uses any more takes another value`, (t) => {
    const used = ['red', 'blue', 'green'].map((value, set) => ({ set, value, amount: 1 }));
    const matcher = new Matcher([withSets('x', { used })]);
    t.deepEqual(matcher.match([asking('r', 'black')], objective).unplaced, ['r']);
    matcher.set(withSets('x', { used: used.slice(1) }));
    t.is(matcher.match([asking('r', 'black')], objective).placements[0]?.sets?.eni, 0);
  });

  test(`${objective}, FZ-84: a set that no agent has is not found`, (t) => {
    const wish = { sets: { disks: { value: 'red', amount: 1 } } };
    t.deepEqual(match([withSets('x'), agent('plain')], [request('r', {}, wish)]).unplaced, ['r']);
  });
}

test('the fuller set counts for the agent, beside its fitness', (t) => {
  const used = [{ set: 0, value: 'red', amount: 1 }];
  const agents = [withSets('a'), withSets('b', { used })];
  t.deepEqual(where(new Matcher(agents).match([asking('r', 'red')], 'fitness').placements), { r: 'b' });
});
