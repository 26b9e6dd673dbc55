/**
 * Calls as schedulers and operators really sent them (the corpus is what was recorded from and to a real master), made
 * bad in many ways and sent to a master that has offers and tasks. Whatever comes, it answers, with a status that a
 * caller can do something with, and goes on. `corpus.jsonl` holds whole bodies that are known to be evil, one a line: they
 * are sent as they are, and mutants of them.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { createRandom, type Random } from '../../../src/lib/random.ts';
import { type LocalMesos, startLocalMesos } from '../../../src/local-mesos/server/start-local-mesos.ts';
import { type Framework, subscribe } from '../../conformance/framework.ts';
import { ask, json, type Target } from '../../conformance/http.ts';
import { hasRoom, runUntilRunning } from '../../conformance/tasks.ts';
import { mutateBytes, mutateJson } from './mutate.ts';

interface Sample {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** One of each type of call and shape, so that the frequent ones do not drown the others. */
function corpus(): Sample[] {
  const samples = new Map<string, Sample>();
  for (const file of globSync(new URL('../replay/*.jsonl', import.meta.url).pathname)) {
    for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
      const { path, body } = JSON.parse(line) as { path?: string; body?: Record<string, unknown> };
      if (path === undefined || typeof body !== 'object' || body === null || !path.includes('/api/v1')) continue;
      // These open streams, or end what the next round needs.
      if (body.type === 'SUBSCRIBE' || body.type === 'TEARDOWN') continue;
      samples.set(`${path} ${shapeOf(body)}`, { path, body });
    }
  }
  return [...samples.values()];
}

function shapeOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value;
  return `{${Object.entries(value)
    .map(([key, member]) => `${key}:${shapeOf(member)}`)
    .join()}}`;
}

interface World {
  readonly mesos: LocalMesos;
  readonly target: Target;
  readonly framework: Framework;
  readonly seen: { readonly agentId: string; readonly offerId: string; readonly taskId: string };
  close(): Promise<void>;
}

/** A master that has something to lose: a task that runs and an offer that is out. */
async function openWorld(): Promise<World> {
  const mesos = await startLocalMesos({ agents: 1 });
  const target = { host: '127.0.0.1', port: mesos.port };
  const framework = await subscribe(target, { patienceMs: 15_000, quietMs: 100 });
  const { id, offer } = await runUntilRunning(framework, 'victim');
  const next = await framework.offer(hasRoom);
  return {
    mesos,
    target,
    framework,
    seen: { agentId: offer.agent_id.value, offerId: next.id.value, taskId: id },
    async close() {
      framework.cut();
      await mesos.close();
    },
  };
}

/** The ids of the recording become those of things that are there. */
function present({ framework, seen }: World, body: Record<string, unknown>): string {
  return JSON.stringify(body, (key, value: unknown) => {
    if (key === 'framework_id') return { value: framework.id };
    if (key === 'agent_id') return { value: seen.agentId };
    return key === 'offer_ids' ? [{ value: seen.offerId }] : value;
  });
}

/** Bodies as they are, `{path, text}`. */
function readEvils(): { readonly path: string; readonly text: string }[] {
  const lines = readFileSync(new URL('corpus.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as { path: string; text: string });
}

function mutantOf(text: string, random: Random): string {
  return random.next() < 0.8 && text.startsWith('{"type"')
    ? JSON.stringify(mutateJson(JSON.parse(text), random))
    : mutateBytes(text, random).toString('utf8');
}

/** Throws what the master did that it must not, with the seed, the round and the body. */
export async function fuzzMaster(seed: number, rounds: number): Promise<void> {
  const random = createRandom(seed);
  const samples = corpus();
  const evils = readEvils();
  assert.ok(samples.length > 30);
  const connection = new Agent({ keepAlive: true, maxSockets: 1 });
  let world = await openWorld();
  try {
    for (let round = 0; round < rounds; round += 1) {
      const { path, body } = bodyOf(round, { samples, evils, world, random });
      const headers = path.endsWith('scheduler') ? { ...json, 'Mesos-Stream-Id': world.framework.streamId } : json;
      const answer = await ask(world.target, { path, headers, body, agent: connection });
      const isAnswer = answer.status < 500 || answer.status === 501;
      assert.ok(isAnswer, `seed ${seed}, round ${round}: ${answer.status} ${answer.text}\n${body.slice(0, 4_000)}`);
      if (round % 50 === 49 && !(await isUsable(world, connection))) {
        await world.close();
        world = await openWorld();
      }
    }
  } finally {
    connection.destroy();
    await world.close();
  }
}

interface Source {
  readonly samples: readonly Sample[];
  readonly evils: ReturnType<typeof readEvils>;
  readonly world: World;
  readonly random: Random;
}

/** First every evil as it is. */
function bodyOf(round: number, { samples, evils, world, random }: Source): { path: string; body: string } {
  const evil = evils[round];
  if (evil !== undefined) return { path: evil.path, body: evil.text };
  const pick = <Value>(list: readonly Value[]) => list[Math.floor(random.next() * list.length)];
  const again = random.next() < 0.1 ? pick(evils) : undefined;
  if (again !== undefined) return { path: again.path, body: mutateBytes(again.text, random).toString('utf8') };
  const sample = pick(samples);
  if (sample === undefined) throw new Error('the corpus is empty');
  return { path: sample.path, body: mutantOf(present(world, sample.body), random) };
}

/** Some mutants still say a thing that ends the framework or the agent: then it begins anew. */
async function isUsable(world: World, connection: Agent): Promise<boolean> {
  const agents = await ask(world.target, { path: '/api/v1', body: { type: 'GET_AGENTS' }, agent: connection });
  assert.equal(agents.status, 200);
  const answers = (await world.framework.call('RECONCILE', { reconcile: {} })).status === 202;
  return answers && world.mesos.agents[0]?.agentId === world.seen.agentId && agents.text.includes('"active":true');
}
