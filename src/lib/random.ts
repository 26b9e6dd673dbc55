/**
 * Random numbers that a seed decides (sfc32 by Chris Doty-Humphrey, PractRand): the same seed gives the same run. For
 * jitter and simulations only; nothing that must not be guessed comes from here.
 */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
}

export function createRandom(seed: number): Random {
  const state = Uint32Array.of(seed >>> 0, Math.floor(seed / 0x1_0000_0000) >>> 0, 0x9e37_79b9, 1);
  const random: Random = { next: () => nextWord(state) / 0x1_0000_0000 };
  // The first words still show how alike two seeds are.
  for (let round = 0; round < 12; round++) {
    random.next();
  }
  return random;
}

function nextWord(state: Uint32Array): number {
  const [a = 0, b = 0, c = 0, counter = 0] = state;
  const word = (a + b + counter) >>> 0;
  state[0] = b ^ (b >>> 9);
  state[1] = c + (c << 3);
  state[2] = ((c << 21) | (c >>> 11)) + word;
  state[3] = counter + 1;
  return word;
}
