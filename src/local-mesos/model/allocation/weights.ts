/** Weights of roles (docs/weights.md of Mesos): a role of weight 2 is given twice the share of one of weight 1. */
import type { WeightInfo } from '../../../mesos-api-client/protocol/operator-messages.ts';
import { roleFault } from '../framework-info.ts';
import type { Answer } from '../master-io.ts';
import type { MasterState } from '../master-state.ts';
import { persistRegistry } from '../master-state.ts';
import { rescindOffer } from '../offers.ts';

export function updateWeights(master: MasterState, infos: readonly WeightInfo[]): Answer {
  const wanted = infos.map(({ role = '', weight }) => ({ role: role.trim(), weight }));
  for (const info of wanted) {
    const fault = weightFault(info);
    if (fault !== undefined) {
      return { status: 400, text: `Failed to validate update weights request JSON${fault}` };
    }
  }
  for (const { role, weight } of wanted) {
    master.books.weights.set(role, weight);
    master.books.roles.setWeight(role, weight);
  }
  persistRegistry(master);
  // All offers, so that the new weights count with the next batch; but not for roles that nobody is in.
  if (wanted.some(({ role }) => master.books.frameworks.has(role))) {
    for (const offer of [...master.offers.values()]) {
      rescindOffer(master, offer);
    }
  }
  return { status: 200, text: '' };
}

function weightFault({ role, weight }: { role: string; weight: number }): string | undefined {
  const fault = roleFault(role);
  if (fault !== undefined) {
    return `: Invalid role '${role}': ${fault}`;
  }
  return weight > 0 ? undefined : ` for role '${role}': Invalid weight '${weight}': Weights must be positive`;
}

export function viewWeights({ books }: MasterState): WeightInfo[] {
  return [...books.weights].map(([role, weight]) => ({ weight, role }));
}
