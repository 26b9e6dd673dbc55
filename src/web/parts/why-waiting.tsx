/** Why a request waits, counted and in plain words: what was wanted, and what is against each of the agents. */
import type { TaskWhyView } from '../../api/views.ts';
import { links } from '../routes.ts';
import { counted, cpus, memory, number, sentence } from '../words.ts';
import { Moment } from './basics.tsx';

type RuledOut = TaskWhyView['ruledOut'][number];

const states: Readonly<Record<TaskWhyView['state'], string>> = {
  'no-master': 'No Mesos master is connected.',
  reconciling: 'The master is first asked what became of earlier tasks.',
  limit: 'Its cluster is at its limit.',
  'old-agent': 'It would rather have its old place, for some seconds.',
  quota: 'Its role is at its quota.',
  together: 'There is not room for all of those that start together.',
  'no-offers': 'No offer has come.',
  'none-fits': 'No agent suits.',
  'next-offer': 'An agent had room when it was last offered; its next offer is awaited.',
};

export function WhyWaiting({ why }: { readonly why: TaskWhyView }) {
  const { wanted, state, ruledOut, agents, lastOfferAt, role } = why;
  return (
    <div class="why">
      <p>
        <strong>{states[state]}</strong>{' '}
        {state !== 'none-fits' && state !== 'next-offer' && state !== 'no-master' && sentence(why.why)}
      </p>
      <p class="quiet-text">
        Wanted: {cpus(wanted.cpus)}, {memory(wanted.memMiB)} memory, {memory(wanted.diskMiB)} disk,{' '}
        {counted(wanted.ports, 'port')}, of role {role}.{' '}
        {agents.known > 0 && `${counted(agents.known, 'agent')} known, ${number(agents.fitting)} with room. `}
        {lastOfferAt !== undefined && (
          <>
            Last offer: <Moment at={lastOfferAt} />.
          </>
        )}
      </p>
      {ruledOut.length > 0 && (
        <ul class="reasons">
          {ruledOut.map((reason) => (
            <li key={`${reason.reason} ${reason.what}`}>
              <strong>{number(reason.agents)}</strong>
              <span>
                {reason.agents === 1 ? 'agent' : 'agents'}: {reasonWords(reason)}
                {reason.bestAgent !== undefined && (
                  <>
                    {' '}
                    <a href={links.agent(reason.bestAgent)}>the best one</a>
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** "memory: 4 GiB wanted, at most 3 GiB free" */
export function reasonWords({ reason, what, wanted, best }: RuledOut): string {
  if (wanted === undefined) return reason === 'constraint' ? `the constraint ${what}` : what;
  const words = { cpus, memory, disk: memory, ports: number }[reason as 'cpus' | 'memory' | 'disk' | 'ports'] ?? number;
  const most = best === undefined ? '' : `, at most ${words(best)} free`;
  return `${reason === 'scalar' ? what : reason}: ${words(wanted)} wanted${most}`;
}
