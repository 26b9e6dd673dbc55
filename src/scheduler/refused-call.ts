/** A call that the master took for wrong has had no effect: what was built on it is taken back. */
import type { SchedulerCall } from '../mesos-api-client/protocol/scheduler.ts';
import type { Components } from './components.ts';
import type { FrameBuilder } from './frame-builder.ts';
import { isLaunched } from './task-book.ts';

type Accept = Extract<SchedulerCall, { type: 'ACCEPT' }>;

export function undoCall(frame: FrameBuilder, components: Components, call: SchedulerCall, message: string): void {
  switch (call.type) {
    case 'UPDATE_FRAMEWORK':
      components.launch.constraintsRefused(frame);
      break;
    case 'TEARDOWN':
      components.uninstall.refused(message);
      break;
    case 'ACCEPT':
      undoAccept(frame, components, call);
      break;
    default:
      break;
  }
}

/** Its offers are still ours, its tasks most likely nowhere: given back, and asked after. */
function undoAccept(frame: FrameBuilder, { book, launch, reconciliation }: Components, { accept }: Accept): void {
  const launches = (accept.operations ?? []).flatMap((operation) =>
    operation.type === 'LAUNCH' ? operation.launch.task_infos : [],
  );
  const tasks = launches.flatMap(({ task_id }) => book.get(task_id.value) ?? []);
  launch.giveBack(
    frame,
    accept.offer_ids.map(({ value }) => value),
  );
  reconciliation.ask(frame, tasks.filter(isLaunched));
}
