/**
 * Faults that a test can put between a scheduler, the master and its agents: what a network and dying processes do, at
 * the moment that the test chooses. Asked for each call, event and message as it passes; without faults all of them do.
 */
import type { AgentToMaster, MasterLink, MasterToAgent } from '../model/agent-protocol.ts';
import type { SchedulerStreamEvent } from '../model/master-io.ts';
import type { FrameworkCall } from '../model/scheduler-call.ts';
import type { EventStream } from './master-stream.ts';

export type CallFate =
  | 'pass'
  /** Answered 202 and forgotten: lost between master and agent, or with a master that died. */
  | 'drop'
  /** The connection breaks before the master has seen the call. */
  | 'break'
  /** The call is carried out, and the connection breaks before its answer. */
  | 'break-answer';

export interface MasterFaults {
  readonly call?: (call: FrameworkCall) => CallFate;
  /** `cut` breaks the stream instead of sending the event. */
  readonly event?: (event: SchedulerStreamEvent) => 'pass' | 'drop' | 'twice' | 'cut';
  readonly toAgent?: (message: MasterToAgent) => 'pass' | 'drop';
  readonly fromAgent?: (message: AgentToMaster) => 'pass' | 'drop';
}

export function withAgentFaults(link: MasterLink, faults: MasterFaults): MasterLink {
  return {
    ...link,
    send(message) {
      if ((faults.toAgent?.(message) ?? 'pass') === 'pass') link.send(message);
    },
    onMessage(handler) {
      link.onMessage((message) => {
        if ((faults.fromAgent?.(message) ?? 'pass') === 'pass') handler(message);
      });
    },
  };
}

export function withStreamFaults(
  stream: EventStream<SchedulerStreamEvent>,
  faults: MasterFaults,
): EventStream<SchedulerStreamEvent> {
  return {
    ...stream,
    send(event) {
      const fate = faults.event?.(event) ?? 'pass';
      if (fate === 'cut') stream.breakOff();
      if (fate === 'pass' || fate === 'twice') stream.send(event);
      if (fate === 'twice') stream.send(event);
    },
  };
}
