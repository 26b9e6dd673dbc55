/** One structured line a fact, to stderr or a file. Facts hold no secret; redaction.ts is a second lock. */
import pino, { type Logger } from 'pino';
import { describe } from './describe.ts';
import type { Level, TimedFact } from './fact.ts';
import { withoutSecrets } from './redaction.ts';

export interface LoggerOptions {
  readonly level?: Level | 'silent';
  /** A path; stderr without one. */
  readonly file?: string;
}

export function createLogger(options: LoggerOptions = {}): Logger {
  const destination = pino.destination({ dest: options.file ?? 2, sync: true, mkdir: true });
  return pino(loggerOptions(options.level ?? 'info'), destination);
}

function loggerOptions(level: Level | 'silent') {
  return {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: withoutSecrets },
  };
}

/** A listener for the runtime's facts. */
export function logFacts(logger: Logger): (timed: TimedFact) => void {
  return ({ sequence, fact }) => {
    const { level, text, data } = describe(fact);
    logger[level]({ fact: fact.kind, sequence, ...data }, text);
  };
}
