import test from 'ava';
import { compileConstraints } from '../../../src/local-mesos/model/allocation/offer-constraints.ts';
import type { AgentId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type { Attribute, Domain } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { AttributeConstraint } from '../../../src/mesos-api-client/protocol/offer-constraints.ts';
import { createWorld, offersOf, scalar, wholeAgent } from '../support/master-world.ts';

const text = (name: string, value: string): Attribute => ({ name, type: 'TEXT', text: { value } });
const domain = (region: string, zone: string): Domain => ({
  fault_domain: { region: { name: region }, zone: { name: zone } },
});
const agents = {
  r1: { attributes: [text('rack', 'r1')], hostname: 'h1', domain: domain('eu', 'eu-1') },
  r2: { attributes: [text('rack', 'r2'), text('rack', 'r1')], hostname: 'h2', domain: domain('us', 'us-1') },
  number: { attributes: [{ name: 'rack', type: 'SCALAR' as const, scalar: { value: 7 } }], hostname: 'h3' },
  none: { attributes: [], hostname: 'h4' },
};
type Name = keyof typeof agents;

function passing(...groups: AttributeConstraint[][]): Name[] {
  const constraints = {
    role_constraints: { web: { groups: groups.map((each) => ({ attribute_constraints: each })) } },
  };
  const compiled = compileConstraints(constraints);
  if (compiled.kind === 'fault') {
    throw new Error(compiled.message);
  }
  const names = Object.keys(agents) as Name[];
  return names.filter((name) => !compiled.filter.excludes('web', { port: 1, resources: [], ...agents[name] }));
}

const rack = { attribute_name: 'rack' };
const predicates: readonly [AttributeConstraint['predicate'], Name[]][] = [
  [{ exists: {} }, ['r1', 'r2', 'number']],
  [{ not_exists: {} }, ['none']],
  [{ text_equals: { value: 'r1' } }, ['r1', 'number']],
  [{ text_not_equals: { value: 'r1' } }, ['r2', 'number', 'none']],
  [{ text_matches: { regex: 'r[2-9]' } }, ['r2', 'number']],
  [{ text_not_matches: { regex: 'r[2-9]' } }, ['r1', 'number', 'none']],
];
for (const [predicate, expected] of predicates) {
  test(`LM-27 ${JSON.stringify(predicate)} of the first attribute of the name; one that is no text passes`, (t) => {
    t.deepEqual(passing([{ selector: rack, predicate }]), expected);
  });
}

test('LM-27 host names, regions and zones are attributes too; an agent without a domain has neither of them', (t) => {
  const of = (pseudoattribute_type: 'HOSTNAME' | 'REGION' | 'ZONE', predicate: AttributeConstraint['predicate']) =>
    passing([{ selector: { pseudoattribute_type }, predicate }]);
  t.deepEqual(of('HOSTNAME', { text_matches: { regex: 'h[13]' } }), ['r1', 'number']);
  t.deepEqual(of('REGION', { text_equals: { value: 'us' } }), ['r2']);
  t.deepEqual(of('ZONE', { not_exists: {} }), ['number', 'none']);
});

test('LM-27 groups are alternatives, the constraints of a group hold together; other roles are free', (t) => {
  const isR1: AttributeConstraint = { selector: rack, predicate: { text_equals: { value: 'r1' } } };
  const isH1: AttributeConstraint = {
    selector: { pseudoattribute_type: 'HOSTNAME' },
    predicate: { text_equals: { value: 'h1' } },
  };
  const isBare: AttributeConstraint = { selector: rack, predicate: { not_exists: {} } };
  t.deepEqual(passing([isR1, isH1]), ['r1']);
  t.deepEqual(passing([isR1, isH1], [isBare]), ['r1', 'none']);
  const compiled = compileConstraints({ role_constraints: { web: { groups: [{ attribute_constraints: [isR1] }] } } });
  t.is(compiled.kind, 'filter');
  t.true(
    compiled.kind === 'filter' &&
      !compiled.filter.excludes('batch', { hostname: 'h', port: 1, resources: [], attributes: [] }),
  );
});

const faults: readonly [string, unknown, string][] = [
  ['no group', { web: {} }, "'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role web"],
  [
    'an unknown selector',
    {
      web: {
        groups: [
          { attribute_constraints: [{ selector: { pseudoattribute_type: 'UNKNOWN' }, predicate: { exists: {} } }] },
        ],
      },
    },
    "A role web has an invalid 'AttributeConstraint': Unknown pseudoattribute type",
  ],
  [
    'no predicate',
    { web: { groups: [{ attribute_constraints: [{ selector: rack, predicate: {} }] }] } },
    "A role web has an invalid 'AttributeConstraint': Unknown predicate type",
  ],
  [
    'an expression that is too large',
    {
      web: {
        groups: [{ attribute_constraints: [{ selector: rack, predicate: { text_matches: { regex: 'a{200}' } } }] }],
      },
    },
    "A role web has an invalid 'AttributeConstraint': Regex 'a{200}' is too complex: program size of 201 is larger than maximum of 100 allowed",
  ],
];
for (const [what, role_constraints, message] of faults) {
  test(`LM-27 ${what}: ERROR, and no stream`, (t) => {
    const framework = createWorld().subscribe({ roles: ['web'] }, { offer_constraints: { role_constraints } as never });
    t.deepEqual(framework.events, [
      { type: 'ERROR', error: { message: `Offer constraints are not valid: ${message}` } },
    ]);
    t.true(framework.closed);
  });
}

test('LM-27 only agents that match are offered; UPDATE_FRAMEWORK changes what is offered from then on', (t) => {
  const world = createWorld();
  const add = (attributes: Attribute[]): AgentId => world.addAgent(wholeAgent, undefined, { attributes }).id;
  const first = add([text('rack', 'r1')]);
  const second = add([text('rack', 'r2')]);
  const constraints = (value: string) => ({
    role_constraints: {
      web: { groups: [{ attribute_constraints: [{ selector: rack, predicate: { text_equals: { value } } }] }] },
    },
  });
  const framework = world.subscribe({ roles: ['web'] }, { offer_constraints: constraints('r2') });
  world.advance(3000);
  const agentsOffered = () => offersOf(framework).map(({ agent_id }) => agent_id.value);
  t.deepEqual(agentsOffered(), [second]);
  const { info } = world.master.state.frameworks.get(framework.id) ?? {};
  const update = { framework_info: info, offer_constraints: constraints('r1') };
  t.is(world.call(framework, { type: 'UPDATE_FRAMEWORK', update_framework: update })?.status, 200);
  world.advance(3000);
  t.deepEqual(agentsOffered(), [second, first]);
});

test('agents of another region are for frameworks that are REGION_AWARE', (t) => {
  const world = createWorld({ domain: domain('eu', 'eu-1') });
  world.addAgent([scalar('cpus', 1), scalar('mem', 64)], undefined, { domain: domain('us', 'us-1') });
  const near = world.addAgent([scalar('cpus', 1), scalar('mem', 64)], undefined, { domain: domain('eu', 'eu-2') });
  const plain = world.subscribe();
  t.deepEqual(
    offersOf(plain).map(({ agent_id }) => agent_id.value),
    [near.id],
  );
  const capabilities = ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'REGION_AWARE'].map((type) => ({ type }));
  t.deepEqual(
    offersOf(world.subscribe({ capabilities })).map(({ domain }) => domain?.fault_domain?.region.name),
    ['us'],
  );
});
