/** What may go wrong before any TypeScript can run. Codes and exit codes are those of src/lib/problem.ts (tested). */

export const exitCodes = { USAGE: 2, MISSING_TOOL: 17, DOWNLOAD_FAILED: 18 };

export class Trouble extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** Says it on stderr and returns the exit code. What is no Trouble is a defect, shown with its stack. */
export function reportTrouble(error) {
  if (!(error instanceof Trouble)) {
    console.error(error);
    return 1;
  }
  console.error(`error ${error.code}: ${error.message}`);
  return exitCodes[error.code];
}
