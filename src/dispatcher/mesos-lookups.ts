/** What is looked up at Mesos when somebody asks: its agents, and the files of tasks' sandboxes. */
import { Problem } from '../lib/problem.ts';
import type { MesosReader } from '../runtime/mesos-reader.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { TaskRecord } from '../scheduler/model/task.ts';
import type { Dispatcher } from './dispatcher.ts';
import { joinAgents } from './mesos-agents.ts';
import { sandboxFiles } from './sandbox-files.ts';
import { agentView } from './why-views.ts';

interface LookupParts {
  readonly runtime: Pick<Runtime, 'agents' | 'scheduler'>;
  readonly mesos: MesosReader;
}

/** A master that does not say how its agents stand is no failure: offers showed some of it. */
export function mesosLookups({ runtime, mesos }: LookupParts, findTask: (id: string) => TaskRecord) {
  let why: string | undefined;
  const files = sandboxFiles({ reader: mesos, frameworkId: () => runtime.scheduler().frameworkId });
  return {
    unknown: () => (why === undefined ? {} : { agentsUnknown: why }),
    operations: {
      async agents() {
        const atMaster = await mesos.agents().catch((error: unknown) => {
          if (!(error instanceof Problem)) throw error;
          return error;
        });
        const known = runtime.agents().map(agentView);
        why = atMaster instanceof Problem ? atMaster.message : undefined;
        return atMaster instanceof Problem ? known : joinAgents(known, atMaster);
      },
      files: (task, path) => files.listFiles(findTask(task), path),
      fileText: (task, path, offset, length) => files.readText(findTask(task), path, offset, length),
      fileBytes: (task, path) => files.readBytes(findTask(task), path),
    } satisfies Partial<Dispatcher>,
  };
}
