/**
 * Whether a text of JSON is nested too deep to be worked with. JSON.parse itself goes as deep as memory lasts, fifty bytes
 * for each `[`; whoever walks what it made, JSON.stringify first, runs out of stack. Messages of Mesos are some ten levels
 * deep, and protobuf refuses more than a hundred.
 */

export const maxJsonDepth = 1000;

const [quote, backslash] = [0x22, 0x5c];
/** `[`, `{`, `]` and `}` differ in bits that tell what they are. */
const [openBracket, openBrace, closeBracket, closeBrace] = [0x5b, 0x7b, 0x5d, 0x7d];

/** Right for well-formed JSON; for anything else it may be wrong, and the parser says so. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  // From where on it cannot become too deep any more, nothing needs to be looked at.
  for (let at = 0; at + (maxJsonDepth - depth) < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) inString = !inString;
    else if (inString) at += code === backslash ? 1 : 0;
    else if (code === openBracket || code === openBrace) depth += 1;
    else if (code === closeBracket || code === closeBrace) depth -= 1;
    if (depth > maxJsonDepth) return true;
  }
  return false;
}
