/** What each call of the operator API does that changes something; each is answered by one reply. */
import { unreachable } from '../../lib/exhaustive.ts';
import type { FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import type { MasterCommand } from '../../mesos-api-client/protocol/operator.ts';
import { removeQuota, setQuota, updateQuota } from './allocation/quota.ts';
import { updateWeights } from './allocation/weights.ts';
import { removeFramework } from './frameworks.ts';
import { markAgentGone } from './gone-agents.ts';
import { deactivateAgent, drainAgent, reactivateAgent } from './maintenance/draining.ts';
import { startMaintenance, stopMaintenance, updateSchedule } from './maintenance/machines.ts';
import type { Answer } from './master-io.ts';
import type { MasterState } from './master-state.ts';
import { operateOnAgent } from './operations/operator-operations.ts';

export function handleCommand(master: MasterState, call: MasterCommand, principal: string | undefined): void {
  master.effects.push({ kind: 'reply', ...perform(master, call, principal) });
}

function perform(master: MasterState, call: MasterCommand, principal: string | undefined): Answer {
  switch (call.type) {
    case 'TEARDOWN':
      return teardown(master, call.teardown.framework_id.value);
    case 'MARK_AGENT_GONE':
      return markAgentGone(master, call.mark_agent_gone.agent_id.value);
    case 'UPDATE_WEIGHTS':
      return updateWeights(master, call.update_weights.weight_infos ?? []);
    case 'UPDATE_QUOTA':
      return updateQuota(master, call.update_quota.quota_configs ?? [], call.update_quota.force ?? false);
    case 'SET_QUOTA':
      return setQuota(master, call.set_quota.quota_request);
    case 'REMOVE_QUOTA':
      return removeQuota(master, call.remove_quota.role);
    case 'RESERVE_RESOURCES':
    case 'UNRESERVE_RESOURCES':
    case 'CREATE_VOLUMES':
    case 'DESTROY_VOLUMES':
    case 'GROW_VOLUME':
    case 'SHRINK_VOLUME':
      return operate(master, call, principal);
    case 'UPDATE_MAINTENANCE_SCHEDULE':
      return updateSchedule(master, call.update_maintenance_schedule.schedule);
    case 'START_MAINTENANCE':
      return startMaintenance(master, call.start_maintenance.machines ?? []);
    case 'STOP_MAINTENANCE':
      return stopMaintenance(master, call.stop_maintenance.machines ?? []);
    case 'DRAIN_AGENT':
      return drainAgent(master, call.drain_agent.agent_id.value, call.drain_agent);
    case 'DEACTIVATE_AGENT':
      return deactivateAgent(master, call.deactivate_agent.agent_id.value);
    case 'REACTIVATE_AGENT':
      return reactivateAgent(master, call.reactivate_agent.agent_id.value);
    case 'SET_LOGGING_LEVEL':
      return { status: 501, text: '501 Not Implemented.' };
    default:
      return unreachable(call);
  }
}

export function teardown(master: MasterState, id: FrameworkId): Answer {
  const framework = master.frameworks.get(id);
  if (framework === undefined) {
    return { status: 400, text: 'No framework found with specified ID' };
  }
  removeFramework(master, framework);
  return { status: 200, text: '' };
}

type OnResources = MasterCommand & {
  type:
    | 'RESERVE_RESOURCES'
    | 'UNRESERVE_RESOURCES'
    | 'CREATE_VOLUMES'
    | 'DESTROY_VOLUMES'
    | 'GROW_VOLUME'
    | 'SHRINK_VOLUME';
};

function operate(master: MasterState, call: OnResources, principal: string | undefined): Answer {
  switch (call.type) {
    case 'RESERVE_RESOURCES': {
      const { agent_id: agentId, resources = [], source } = call.reserve_resources;
      const reserve = { resources, ...(source === undefined ? {} : { source }) };
      return operateOnAgent(master, agentId.value, { type: 'RESERVE', reserve }, principal);
    }
    case 'UNRESERVE_RESOURCES': {
      const { agent_id: agentId, resources = [] } = call.unreserve_resources;
      return operateOnAgent(master, agentId.value, { type: 'UNRESERVE', unreserve: { resources } }, principal);
    }
    case 'CREATE_VOLUMES': {
      const { agent_id: agentId, volumes = [] } = call.create_volumes;
      return operateOnAgent(master, agentId.value, { type: 'CREATE', create: { volumes } }, principal);
    }
    case 'DESTROY_VOLUMES': {
      const { agent_id: agentId, volumes = [] } = call.destroy_volumes;
      return operateOnAgent(master, agentId.value, { type: 'DESTROY', destroy: { volumes } }, principal);
    }
    case 'GROW_VOLUME': {
      const { agent_id: agentId, ...grow_volume } = call.grow_volume;
      return operateOnAgent(master, agentId?.value, { type: 'GROW_VOLUME', grow_volume }, principal);
    }
    case 'SHRINK_VOLUME': {
      const { agent_id: agentId, ...shrink_volume } = call.shrink_volume;
      return operateOnAgent(master, agentId?.value, { type: 'SHRINK_VOLUME', shrink_volume }, principal);
    }
  }
}
