/** What a driver says, as tests need it. */
import type { AttachBody, WantedWorker } from '../../../src/flink/driver/wire.ts';

export const sessionA = 'a'.repeat(32);
export const sessionB = 'b'.repeat(32);

export function attachOf(session: string): AttachBody {
  return { session, version: '2.3.0', rpc: '127.0.0.1', web: 'http://127.0.0.1:8081' };
}

export function aWorker(id: string): WantedWorker {
  return {
    id,
    cpus: 1,
    memoryBytes: 1_073_741_824,
    slots: 2,
    external: {},
    blockedNodes: [],
    jvm: ['-Xmx201326587'],
    dynamic: ['taskmanager.numberOfTaskSlots=2'],
    config: { 'jobmanager.rpc.address': '127.0.0.1' },
  };
}
