/** `plan …`: how far deployment, update and recovery have come, and an operator's hand in them. */
import type { Command } from 'commander';
import { type ClientIo, printJson, printLine } from '../io.ts';
import { type ConnectionOptions, connect, withConnection } from '../options.ts';
import { asText } from '../table.ts';

interface Step {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
}

interface Phase {
  readonly name: string;
  readonly strategy: string;
  readonly status: string;
  readonly steps: readonly Step[];
}

export interface PlanAnswer {
  readonly strategy: string;
  readonly status: string;
  readonly errors: readonly string[];
  readonly phases: readonly Phase[];
}

/** Words of DC/OS' plugins, and what the scheduler's API calls them. */
const acts = [
  { names: ['start'], act: 'start', description: 'begin a plan' },
  { names: ['stop'], act: 'stop', description: 'end a plan' },
  { names: ['pause', 'interrupt'], act: 'interrupt', description: 'launch nothing more for it until it is resumed' },
  { names: ['resume', 'continue'], act: 'continue', description: 'go on with what was paused' },
  {
    names: ['force-restart', 'restart'],
    act: 'restart',
    description: 'end its tasks, so that others take their places',
  },
  { names: ['force-complete'], act: 'forceComplete', description: 'wait no longer for it' },
] as const;

export function addPlanCommands(program: Command, io: ClientIo): void {
  const plan = program.command('plan').description('plans of the service: deploy, update, recovery');
  withConnection(plan.command('list').description('list the plans')).action(async (options: ConnectionOptions) => {
    const names = await connect(options, io).get<string[]>('/v1/plans');
    if (options.json) printJson(io, names);
    else for (const name of names) printLine(io, name);
  });
  withConnection(
    plan.command('status').alias('show').description('its phases and steps').argument('[plan]', 'its name', 'deploy'),
  ).action(async (name: string, options: ConnectionOptions) => {
    const answer = await connect(options, io).get<PlanAnswer>(pathOf(name));
    if (options.json) printJson(io, answer);
    else printPlan(name, answer, io);
  });
  for (const { names, act, description } of acts) {
    const [name, alias] = names;
    const command = withPart(plan.command(name).description(description).argument('<plan>'));
    if (alias !== undefined) command.alias(alias);
    command.action((...[of, phase, step, options]: [string, string?, string?, ConnectionOptions?]) =>
      perform(`${pathOf(of)}/${act}${queryOf({ phase, step })}`, options ?? {}, io),
    );
  }
}

const steering: readonly string[] = ['pause', 'resume', 'force-restart', 'force-complete'];

/** The same for the plan of a command of its own: `update pause`. */
export function addSteering(parent: Command, of: string, io: ClientIo): void {
  for (const { names, act, description } of acts) {
    const [name] = names;
    if (!steering.includes(name)) continue;
    withPart(parent.command(name).description(description)).action(
      (...[phase, step, options]: [string?, string?, ConnectionOptions?]) =>
        perform(`${pathOf(of)}/${act}${queryOf({ phase, step })}`, options ?? {}, io),
    );
  }
}

function withPart(command: Command): Command {
  return withConnection(
    command.argument('[phase]', 'one of its phases alone').argument('[step]', 'one of the steps of the phase'),
  );
}

export async function perform(path: string, options: ConnectionOptions, io: ClientIo): Promise<void> {
  const answer = await connect(options, io).post<{ readonly message?: string }>(path);
  if (options.json) printJson(io, answer);
  else printLine(io, answer.message ?? JSON.stringify(answer));
}

/** A tree, as DC/OS' plugins print it. */
export function printPlan(name: string, { strategy, status, errors, phases }: PlanAnswer, io: ClientIo): void {
  printLine(io, `${name} (${strategy} strategy) (${status})`);
  for (const error of errors) printLine(io, `! ${asText(error)}`);
  for (const [at, phase] of phases.entries()) {
    const last = at === phases.length - 1;
    printLine(io, `${last ? '└─' : '├─'} ${asText(phase.name)} (${phase.strategy} strategy) (${phase.status})`);
    for (const [number, step] of phase.steps.entries()) {
      const branch = number === phase.steps.length - 1 ? '└─' : '├─';
      const why = step.status === 'COMPLETE' || !step.message ? '' : `: ${asText(step.message)}`;
      printLine(io, `${last ? '  ' : '│ '} ${branch} ${asText(step.name)} (${step.status})${why}`);
    }
  }
}

function pathOf(plan: string): string {
  return `/v1/plans/${encodeURIComponent(plan)}`;
}

function queryOf(parts: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parts)) if (value !== undefined) query.set(key, value);
  return query.size === 0 ? '' : `?${query}`;
}
