/** What masters are asked to offer at all: only to those that know it, never stricter than we are, and taken back in time. */
import test from 'ava';
import type { Frame } from '../../../src/scheduler/model/frame.ts';
import type { PlacementConstraint } from '../../../src/scheduler/model/placement.ts';
import type { TaskSpec } from '../../../src/scheduler/model/task.ts';
import { agent, callsOf, callTypes, Driver, offer, options, taskSpec } from '../fixtures.ts';

function subscribed(version: string | undefined, roles: string[] = ['flink']): Driver {
  const core = new Driver({ tasks: [] }, { framework: { ...options.framework, roles } });
  core.subscribe(version);
  return core;
}

function constrained(taskId: string, ...rules: string[]): TaskSpec {
  const constraints = rules.map((text) => {
    const [field = '', operator = '', value] = text.split(' ');
    return { field, operator: operator as PlacementConstraint['operator'], ...(value !== undefined && { value }) };
  });
  const placement = { constraints, preferences: [], awayFrom: [], exclusive: false, fitness: 'pack' as const };
  return taskSpec(taskId, { placement });
}

function told(frame: Frame) {
  return callsOf(frame, 'UPDATE_FRAMEWORK').map(({ update_framework }) => update_framework.offer_constraints ?? 'none');
}

const equals = (attribute_name: string, value: string) => ({
  selector: { attribute_name },
  predicate: { text_equals: { value } },
});

function only(role: string, ...groups: object[][]) {
  return {
    role_constraints: { [role]: { groups: groups.map((attribute_constraints) => ({ attribute_constraints })) } },
  };
}

test('a master of 1.11 is told which agents suit, before it is asked for offers; suppressed roles stay so', (t) => {
  const core = subscribed('1.11.0', ['flink', 'other']);
  const frame = core.launch(constrained('t1', 'rack IS r1'));
  t.deepEqual(callTypes(frame), ['UPDATE_FRAMEWORK', 'REVIVE']);
  const [update] = callsOf(frame, 'UPDATE_FRAMEWORK');
  t.like(update?.update_framework.framework_info, {
    name: 'flink-mesos',
    id: { value: 'F-0001' },
    roles: ['flink', 'other'],
  });
  t.deepEqual(update?.update_framework.suppressed_roles, ['flink', 'other']);
  t.deepEqual(told(frame) as unknown[], [only('flink', [equals('rack', 'r1')])]);
  t.is(core.why('t1'), 'no offer has come yet: the master is asked for agents with rack IS r1');
  // The same again is not said again; another one is an alternative.
  t.deepEqual(callTypes(core.launch(constrained('t2', 'rack IS r1'))), []);
  const another = core.launch(constrained('t3', '@zone IS z1', 'hostname IS h'));
  const domain = (pseudoattribute_type: string, value: string) => ({
    selector: { pseudoattribute_type },
    predicate: { text_equals: { value } },
  });
  t.deepEqual(told(another) as unknown[], [
    only('flink', [equals('rack', 'r1')], [domain('ZONE', 'z1'), domain('HOSTNAME', 'h')]),
  ]);
});

test('other masters are not told', (t) => {
  for (const version of ['1.10.2', '0.28.1', undefined]) {
    t.deepEqual(callTypes(subscribed(version).launch(constrained('t1', 'rack IS r1'))), ['REVIVE']);
  }
  for (const version of ['1.12.0', '2.0.0-dev']) {
    t.deepEqual(callTypes(subscribed(version).launch(constrained('t1', 'rack IS r1'))), ['UPDATE_FRAMEWORK', 'REVIVE']);
  }
});

test('one task that may go anywhere takes the constraints of its role back, before the master is asked again', (t) => {
  const core = subscribed('1.12.0');
  core.launch(constrained('t1', 'rack IS r1'));
  core.offers(offer('o1', agent(1)));
  const free = core.launch(taskSpec('t2'));
  t.deepEqual(told(free) as unknown[], ['none']);
  t.deepEqual(callTypes(free), ['UPDATE_FRAMEWORK', 'REVIVE']);
});

test('what a master might judge otherwise than we do is not handed on', (t) => {
  const nothing = (...rules: string[]) =>
    t.deepEqual(told(subscribed('1.12.0').launch(constrained('t1', ...rules))), []);
  nothing('rack IS_NOT r1');
  nothing('rack UNLIKE r.*');
  nothing('rack UNIQUE');
  nothing('rack CLUSTER');
  nothing('@zone GROUP_BY 3');
  nothing('rack LIKE r[1-3]');
  nothing('rack LIKE (?:a|b)');
  nothing(`rack LIKE ${'.'.repeat(6)}`);
  const some = told(
    subscribed('1.12.0').launch(constrained('t1', 'rack UNLIKE x', 'rack LIKE r.*', 'disk CLUSTER ssd')),
  );
  const pattern = { selector: { attribute_name: 'rack' }, predicate: { text_matches: { regex: 'r.*' } } };
  t.deepEqual(some as unknown[], [only('flink', [pattern, equals('disk', 'ssd')])]);
});

test('MA-50: a new subscription says them again, but for patterns, which a SUBSCRIBE might end on', (t) => {
  const core = subscribed('1.12.0');
  core.launch(constrained('t1', 'rack IS r1', 'disk LIKE ssd.*'));
  core.failed('closed');
  const again = core.timer({ kind: 'subscribe' });
  const [call] = again.calls.flatMap((each) => (each.kind === 'subscribe' ? each.call : []));
  t.deepEqual(call?.subscribe.offer_constraints as unknown, only('flink', [equals('rack', 'r1')]));
  t.deepEqual(told(core.subscribed('1.12.0')).length, 1);
  // A master that does not know them gets none from then on.
  core.failed('closed');
  core.timer({ kind: 'subscribe' });
  t.deepEqual(told(core.subscribed('1.9.0')), []);
  t.deepEqual(told(core.launch(constrained('t2', 'rack IS r2'))), []);
});

test('a master that refuses them is told none, once, and works without', (t) => {
  const core = subscribed('1.12.0');
  const frame = core.launch(constrained('t1', 'rack IS r1'));
  const refuse = (of: Frame) => {
    const [call] = callsOf(of, 'UPDATE_FRAMEWORK');
    if (call === undefined) throw new Error('nothing was told');
    const problem = { code: 'rejected', message: 'no' } as const;
    return core.step({ kind: 'call-failed', subscription: core.subscription, call, problem });
  };
  const back = refuse(frame);
  t.deepEqual(told(back) as unknown[], ['none']);
  t.deepEqual(told(refuse(back)), []);
  t.deepEqual(told(core.launch(constrained('t2', 'rack IS r2'))), []);
});
