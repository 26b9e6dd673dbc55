/** The public surface: a Mesos for tests of frameworks, in this process, with tasks as processes of this machine. */
export type { AgentSpec, LocalMesosReport } from './server/agent-options.ts';
export type { Clock } from './server/clock.ts';
export type { LocalAgent } from './server/local-agent.ts';
export type { CallFate, MasterFaults } from './server/master-faults.ts';
export {
  type LocalAgents,
  type LocalAgentsOptions,
  type LocalMaster,
  type LocalMasterControl,
  type LocalMasterOptions,
  type LocalMesos,
  type LocalMesosOptions,
  startLocalAgents,
  startLocalMaster,
  startLocalMesos,
} from './server/start-local-mesos.ts';
