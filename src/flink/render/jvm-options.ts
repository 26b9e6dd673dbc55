/**
 * Flags of the JVM in a file of their own (java @FILE), so that neither their number nor what a user adds to them ever
 * meets a shell. Flink's scripts would read the user's from env.java.opts.*; so do we.
 */
import type { Part } from '../plan/records.ts';
import type { CompleteClusterSpec } from '../spec.ts';

/** What Flink's shipped configuration opens to itself on Java 17 (env.java.opts.all there). */
const exportsAndOpens = [
  ...['java.rmi/sun.rmi.registry', 'java.security.jgss/sun.security.krb5'].map(addExports),
  ...['api', 'file', 'parser', 'tree', 'util'].map((part) => addExports(`jdk.compiler/com.sun.tools.javac.${part}`)),
  ...[
    'java.lang',
    'java.net',
    'java.io',
    'java.nio',
    'sun.nio.ch',
    'java.lang.reflect',
    'java.text',
    'java.time',
    'java.util',
    'java.util.concurrent',
    'java.util.concurrent.atomic',
    'java.util.concurrent.locks',
  ].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
];

/** What the JVM itself takes for too small a machine for G1. */
const SERIAL_BELOW_MIB = 1792;

export function jvmOptionsFile(spec: CompleteClusterSpec, part: Part, memory: readonly string[]): string {
  const { configuration } = spec;
  const chosen = ['env.java.opts.all', 'env.java.opts', `env.java.opts.${part}`].flatMap((option) => {
    const value = configuration[option];
    return value === undefined ? [] : [value];
  });
  return `${[...memory, ...collector(spec, part, chosen), ...exportsAndOpens, ...chosen].join('\n')}\n`;
}

/**
 * G1 for TaskManagers, as Flink's scripts choose it. A small JobManager starts a little sooner and stays smaller with the
 * serial one. Two choices at once would end the JVM, so a user's counts alone.
 */
function collector(spec: CompleteClusterSpec, part: string, chosen: readonly string[]): readonly string[] {
  if (/-XX:\+Use\w+GC\b/.test(chosen.join(' '))) return [];
  const small = part === 'jobmanager' && spec.jobManager.memoryMiB < SERIAL_BELOW_MIB;
  return [small ? '-XX:+UseSerialGC' : '-XX:+UseG1GC'];
}

function addExports(name: string): string {
  return `--add-exports=${name}=ALL-UNNAMED`;
}
