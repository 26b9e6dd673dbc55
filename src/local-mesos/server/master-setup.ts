/** What a master is told at its start that an operator would tell it otherwise: quotas and weights of roles. */
import { Problem } from '../../lib/problem.ts';
import type { MasterCommand } from '../../mesos-api-client/protocol/operator.ts';
import type { QuotaConfig, WeightInfo } from '../../mesos-api-client/protocol/operator-messages.ts';
import type { MasterShell } from './master-shell.ts';

export interface RoleSetup {
  readonly quotas?: readonly QuotaConfig[];
  readonly weights?: readonly WeightInfo[];
}

/** They replace what its registry says of the same roles. Its agents are not there yet, so nobody asks whether they have that much. */
export function setUpRoles(shell: MasterShell, { quotas = [], weights = [] }: RoleSetup): void {
  if (quotas.length > 0)
    tell(shell, { type: 'UPDATE_QUOTA', update_quota: { force: true, quota_configs: [...quotas] } });
  if (weights.length > 0) tell(shell, { type: 'UPDATE_WEIGHTS', update_weights: { weight_infos: [...weights] } });
}

function tell(shell: MasterShell, call: MasterCommand): void {
  const reply = shell.submit({ kind: 'operator', call });
  if (reply?.status !== 200) throw new Problem('USAGE', `the local Mesos master refuses ${call.type}: ${reply?.text}`);
}
