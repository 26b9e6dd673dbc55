/**
 * What is opened by the first who uses it, shared by all who do, and closed some time after the last of them has left: who
 * reads a file piece by piece, or looks every second whether it has grown, goes on with the connection of before.
 */
export interface Lingering<Opened> {
  use<Result>(key: string, by: (opened: Opened) => Promise<Result>): Promise<Result>;
  /** Those that are used, too. */
  close(): Promise<void>;
}

export interface LingeringOptions {
  readonly lingerMs: number;
  /** Beyond so many nothing lingers. */
  readonly most: number;
}

interface Entry<Opened> {
  readonly opened: Opened;
  users: number;
  timer?: NodeJS.Timeout;
}

export function lingering<Opened extends { close(): Promise<void> }>(
  open: (key: string) => Opened,
  { lingerMs, most }: LingeringOptions,
): Lingering<Opened> {
  const entries = new Map<string, Entry<Opened>>();

  const enter = (key: string): Entry<Opened> => {
    const entry = entries.get(key) ?? { opened: open(key), users: 0 };
    entries.set(key, entry);
    clearTimeout(entry.timer);
    entry.users += 1;
    return entry;
  };

  const leave = async (key: string, entry: Entry<Opened>): Promise<void> => {
    entry.users -= 1;
    if (entry.users > 0 || entries.get(key) !== entry) return;
    if (entries.size > most) await end(key, entry);
    else entry.timer = setTimeout(() => void end(key, entry), lingerMs);
  };

  const end = async (key: string, { opened, timer }: Entry<Opened>): Promise<void> => {
    clearTimeout(timer);
    entries.delete(key);
    await opened.close();
  };

  return {
    async use(key, by) {
      const entry = enter(key);
      try {
        return await by(entry.opened);
      } finally {
        await leave(key, entry);
      }
    },
    async close() {
      await Promise.all([...entries].map(([key, entry]) => end(key, entry)));
    },
  };
}
