/** Plays the stretches of seeds that its parent names. */
import { play } from './play.ts';
import type { Stretch } from './workers.ts';

process.on('message', async ({ first, count, faults }: Stretch) => {
  for (let seed = first; seed < first + count; seed += 1)
    process.send?.(await play(seed, faults === undefined ? {} : { faults }));
  process.send?.('done');
});
process.on('disconnect', () => process.exit());
