/** Ends that say more of the agent than of the task: there is no going back. */
export const agentLost: ReadonlySet<string> = new Set([
  'TASK_UNKNOWN',
  'TASK_UNREACHABLE',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_LOST',
  'TASK_DROPPED',
]);
