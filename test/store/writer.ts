/** A process to be killed: commits until it has made `count` commits, says the number of each, and then waits. */
import process from 'node:process';
import type { Store } from '../../src/store/store.ts';

const [module = '', location = '', count = '0'] = process.argv.slice(2);
const { open } = (await import(module)) as { open: (location: string) => Promise<Store> };
const store = await open(location);
const filling = 'x'.repeat(2000);

for (let number = 1; number <= Number(count); number += 1) {
  await store.commit([
    { kind: 'put', collection: 'left', key: String(number), value: filling },
    { kind: 'put', collection: 'settings', key: 'last', value: number },
    { kind: 'put', collection: 'right', key: String(number), value: filling },
  ]);
  process.stdout.write(`${number}\n`);
  await new Promise(setImmediate); // lets the line out
}
setInterval(() => undefined, 60_000); // stays until it is killed
