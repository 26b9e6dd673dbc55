/** A process that commits pairs of records until a commit fails, and then says how many it made and why it ended. */
import process from 'node:process';
import type { Problem } from '../../src/lib/problem.ts';
import { openEmbeddedStore } from '../../src/store/embedded-store.ts';

const store = await openEmbeddedStore(process.argv[2] ?? '');
const value = 'x'.repeat(20_000);
let committed = 0;
try {
  for (;;) {
    await store.commit([
      { kind: 'put', collection: 'left', key: String(committed), value },
      { kind: 'put', collection: 'right', key: String(committed), value },
    ]);
    committed += 1;
  }
} catch (error) {
  const { code, message } = error as Problem;
  process.stdout.write(JSON.stringify({ committed, code, message }));
}
