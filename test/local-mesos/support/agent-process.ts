/** An agent as a process of its own, so that tests can kill -9 it: `node agent-process.ts MASTER WORK_DIR`. */
import { startLocalAgents } from '../../../src/local-mesos/server/start-local-mesos.ts';

const [master = '', workDir = ''] = process.argv.slice(2);
const { agents } = await startLocalAgents({ master, workDir, agents: 1 });
for (const agent of agents) await agent.registered;
console.log('registered');
