/** An agent that is closed with keepTasks as soon as a task runs; its process must then end by itself. */
import { startAgent } from '../../../src/local-mesos/server/agent-server.ts';
import { createScriptedMaster } from './scripted-master.ts';

const master = createScriptedMaster();
const agent = await startAgent({ workDir: process.argv[2] ?? '', dial: master.dial });
await agent.registered;
master.sh('t', 'sleep 1000');
await master.update('t', 'TASK_RUNNING');
await agent.close({ keepTasks: true });
