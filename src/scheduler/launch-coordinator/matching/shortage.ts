/**
 * Why a request found no place, in words: of the agents that offered something lately, how many had too little of what,
 * and the most that one of them had.
 */
import _ from 'lodash';
import type { TaskResources } from '../../model/task.ts';
import { type Amounts, inUnits } from './pool.ts';
import { amountsWanted, hasRoom } from './take.ts';

const kinds = [
  { of: 'cpus', words: 'too few cpus', unit: '' },
  { of: 'mem', words: 'too little memory', unit: ' MiB' },
  { of: 'disk', words: 'too little disk', unit: ' MiB' },
  { of: 'ports', words: 'too few ports', unit: '' },
] as const;

export function describeShortage(wanted: TaskResources, agents: readonly Amounts[]): string {
  const need = amountsWanted(wanted);
  const short = agents.filter((free) => !hasRoom(free, need));
  if (short.length < agents.length) {
    return `${agents.length - short.length} of ${count(agents.length)} had room when last offered: waiting for an offer`;
  }
  const reasons = kinds.flatMap(({ of, words, unit }) => {
    const lacking = agents.filter((free) => free[of] < need[of]);
    const best = _.maxBy(lacking, of);
    return best === undefined
      ? []
      : [`${lacking.length} ${words} (wanted ${inUnits(need)[of]}${unit}, best ${inUnits(best)[of]}${unit})`];
  });
  return `of ${count(agents.length)}: ${reasons.join('; ')}`;
}

function count(agents: number): string {
  return agents === 1 ? '1 agent' : `${agents} agents`;
}
