/**
 * Does the machine have what a command needs? Java to run Flink, a JDK to build the examples, Python's pip to get
 * Flink. What is missing is said all at once, with how to get it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Trouble } from './trouble.mjs';

/** Flink runs on 17 and 21; from 24 on Java refuses the security manager that Flink's libraries still ask for. */
const oldestJava = 17;
const newestJava = 23;

const howToGet = {
  java: 'Debian/Ubuntu: sudo apt-get install openjdk-17-jdk-headless; Fedora/RHEL: sudo dnf install java-21-openjdk-devel; macOS: brew install openjdk@21',
  pip: 'Debian/Ubuntu: sudo apt-get install python3-pip; Fedora/RHEL: sudo dnf install python3-pip; macOS: brew install python. Or set FLINK_HOME to a Flink that you have',
};

/** Throws MISSING_TOOL that names all that is missing. */
export function checkTools(needs, args) {
  const missing = needs.map((need) => checks[need](args)).filter((said) => said !== undefined);
  if (missing.length > 0) throw new Trouble('MISSING_TOOL', missing.join('\n'));
}

const checks = {
  java() {
    const said = output(javaTool('java'), ['-version']);
    if (said === undefined) return `Java was not found (${javaTool('java')}).\n  ${howToGet.java}`;
    // "17.0.15", "21", "1.8.0_402": before 9 the major version stood second.
    const version = /version "(?:1\.)?(\d+)[^"]*"/.exec(said)?.[1];
    if (version === undefined)
      return `${javaTool('java')} -version is not understood: ${said.trim()}\n  ${howToGet.java}`;
    if (Number(version) >= oldestJava && Number(version) <= newestJava) return undefined;
    return `Java ${version} was found (${javaTool('java')}), but Flink needs Java 17 or 21; JAVA_HOME chooses another.\n  ${howToGet.java}`;
  },

  javac() {
    if (output(javaTool('java'), ['-version']) === undefined) return undefined; // said already
    if (output(javaTool('javac'), ['-version']) !== undefined) return undefined;
    return `Java is there, but not its compiler, javac (${javaTool('javac')}): install the JDK.\n  ${howToGet.java}`;
  },

  /** Only where a Flink has to be fetched: whether the one that is asked for is there is judged later. */
  pip() {
    if (process.env.FLINK_HOME || aFlinkIsCached()) return undefined;
    const pips = [['pip3'], ['pip'], ['python3', '-m', 'pip'], ['python', '-m', 'pip']];
    if (pips.some(([command, ...args]) => output(command, [...args, '--version']) !== undefined)) return undefined;
    return `Python's pip was not found, which Apache Flink is downloaded with.\n  ${howToGet.pip}`;
  },
};

function javaTool(name) {
  return process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', name) : name;
}

/** The cache of src/flink/distribution; what lies in it is verified there. */
function aFlinkIsCached() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const directory = join(cache, 'flink-mesos', 'flink');
  return existsSync(directory) && readdirSync(directory).some((name) => /^\d/.test(name));
}

/** What a program says on either stream; undefined when it is not there or fails. */
function output(command, args) {
  const ran = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 });
  return ran.status === 0 ? ran.stdout + ran.stderr : undefined;
}
