/**
 * Every error that a user can meet, in one table: its code, the HTTP status that the API answers, the exit code that a
 * command ends with, and the advice that follows the message. It lives at the bottom of the house because every room
 * may raise a problem and only the edges (API, CLI, main) turn it into a status or an exit code.
 */

/** Exit codes follow sysexits where one fits; 10 and up are ours. 0 is success, 1 an unexpected failure (a bug). */
export const problemTable = {
  // What the caller said
  USAGE: { status: 400, exitCode: 2, advice: 'see --help' },
  BAD_REQUEST: { status: 400, exitCode: 2, advice: 'correct the request; /openapi.json describes it' },
  SPEC_INVALID: { status: 400, exitCode: 2, advice: 'correct the named field and send it again' },
  SPEC_IMPOSSIBLE: { status: 422, exitCode: 2, advice: 'change the named sizes and send it again' },
  JAR_INVALID: { status: 422, exitCode: 2, advice: 'upload a jar (a zip file with META-INF/MANIFEST.MF or classes)' },
  TOO_LARGE: { status: 413, exitCode: 2, advice: 'send less, or raise the limit that the message names' },
  FLINK_VERSION_UNKNOWN: { status: 422, exitCode: 2, advice: 'choose one of the versions in the message' },
  NOT_FOUND: { status: 404, exitCode: 3, advice: 'list what there is, then name one of those' },
  EXISTS: { status: 409, exitCode: 4, advice: 'choose another name, or delete the present one first' },
  CONFLICT: { status: 409, exitCode: 4, advice: 'wait until the operation under way has ended, then try again' },
  UNAUTHORIZED: { status: 401, exitCode: 5, advice: 'send the API token: --token-file FILE, or FLINK_MESOS_TOKEN' },
  FORBIDDEN: {
    status: 403,
    exitCode: 5,
    advice: 'open the scheduler by the address that it names itself, not from another page',
  },
  READ_ONLY: { status: 403, exitCode: 5, advice: 'ask with a token that may act; this one may only look' },
  TOKEN_REQUIRED: { status: 500, exitCode: 5, advice: 'listen on 127.0.0.1, or give --token-file FILE' },

  // What was not there
  UNREACHABLE: { status: 502, exitCode: 6, advice: 'check the address and that the process is up' },
  NOT_READY: { status: 503, exitCode: 7, advice: 'wait a moment and try again' },
  FLINK_REFUSED: { status: 502, exitCode: 8, advice: 'the message is what Flink said' },
  TIMED_OUT: { status: 504, exitCode: 9, advice: 'it may still happen; look again later' },

  // Why a process ended
  PORT_IN_USE: { status: 500, exitCode: 10, advice: 'end the process that holds the port, or choose another one' },
  STORE_CORRUPT: { status: 500, exitCode: 11, advice: 'restore the file from a backup, or move it away to start anew' },
  STORE_LOCKED: {
    status: 500,
    exitCode: 12,
    advice: 'another scheduler uses this data directory: end it or use another',
  },
  PERSIST_FAILED: {
    status: 500,
    exitCode: 13,
    advice: 'make room or repair the store; a supervisor starts the scheduler again',
  },
  MASTER_REFUSED: { status: 502, exitCode: 14, advice: 'the message is what the Mesos master said' },
  DEPOSED: { status: 503, exitCode: 16, advice: 'another scheduler took over this framework: end one of the two' },
  MISSING_TOOL: { status: 500, exitCode: 17, advice: 'install what the message names' },
  DOWNLOAD_FAILED: { status: 502, exitCode: 18, advice: 'check the network and the package index, then start again' },
  BUILD_FAILED: { status: 500, exitCode: 19, advice: 'the message holds what the compiler said' },
  INTERRUPTED: { status: 503, exitCode: 130, advice: 'nothing half done is kept; start again when you like' },
  INTERNAL: { status: 500, exitCode: 1, advice: 'this is a defect of flink-mesos: please report it with the log' },
} as const;

export type ProblemCode = keyof typeof problemTable;

/** An error that a user can act on. `message` says what is wrong and where; the table adds what to do. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  /** Field paths and other facts that a program may want; never a secret. */
  readonly details: Readonly<Record<string, unknown>>;
  /** That of the table, where whoever raises it knows none that is closer. */
  readonly advice: string;

  constructor(
    code: ProblemCode,
    message: string,
    options: { details?: Record<string, unknown>; cause?: unknown; advice?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.advice = options.advice ?? problemTable[code].advice;
  }

  get status(): number {
    return problemTable[this.code].status;
  }

  get exitCode(): number {
    return problemTable[this.code].exitCode;
  }
}
