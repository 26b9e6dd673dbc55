/**
 * Runs a command and stays with it: arguments and streams are its own, a signal is passed on once, its exit code is
 * ours. No child is left behind: it is asked to end when we are told to, when npm or the shell that started us dies,
 * and (lib/lifeline.mjs, inside the child) when we die ourselves.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { root } from './root.mjs';
import { Trouble } from './trouble.mjs';

const lifeline = fileURLToPath(new URL('lifeline.mjs', import.meta.url));

/** One after the other until one fails; the exit code of the last one that ran. */
export async function runInTurn(commandLines) {
  for (const [index, [node, ...args]] of commandLines.entries()) {
    const { code, interrupted } = await runChild(node, args);
    if (code !== 0 || interrupted || index === commandLines.length - 1) return code;
  }
  return 0;
}

function runChild(node, args) {
  // Before the child is there: it may be heard of by others, and a signal be sent, while spawn has not returned yet.
  const passing = passSignals((signal) => child.kill(signal));
  const child = spawn(node, ['--import', lifeline, ...args], {
    // npm scripts run in the project's directory; `flink-mesos` is run anywhere and its paths are relative to there.
    cwd: process.env.npm_lifecycle_event === undefined ? process.cwd() : root,
    stdio: 'inherit',
    env: { ...process.env, FLINK_MESOS_PARENT: String(process.pid) },
    // In a group of its own: Ctrl-C reaches the whole foreground group, and npm passes it on once more. So the child
    // would hear of one Ctrl-C up to three times.
    detached: true,
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      passing.stop();
      reject(new Trouble('MISSING_TOOL', `${node} cannot be run: ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      passing.stop();
      if (passing.interrupted()) sweep(child.pid);
      resolve({ code: code ?? 128 + constants.signals[signal], interrupted: passing.interrupted() });
    });
  });
}

/** What an interrupted child left in its group (pip in the middle of a download). Mesos tasks have groups of their own. */
function sweep(group) {
  try {
    process.kill(-group, 'SIGTERM');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // ESRCH: nobody is left
  }
}

const endSignals = { SIGINT: 'SIGINT', SIGTERM: 'SIGTERM', SIGHUP: 'SIGTERM' };

function passSignals(send) {
  let interrupted = false;
  let passedAt = 0;
  const pass = (signal) => {
    interrupted = true;
    if (Date.now() - passedAt < 1000) return; // the same Ctrl-C by another way
    passedAt = Date.now();
    send(signal);
  };
  const listeners = Object.entries(endSignals).map(([heard, passed]) => [heard, () => pass(passed)]);
  for (const [heard, listener] of listeners) process.on(heard, listener);
  const watch = watchStarters(() => pass('SIGTERM'));
  return {
    interrupted: () => interrupted,
    stop() {
      clearInterval(watch);
      for (const [heard, listener] of listeners) process.off(heard, listener);
    },
  };
}

/** npm starts a shell that starts us: after `kill -9` of npm only the shell's own parent tells. */
function watchStarters(onDeath) {
  const parent = process.ppid;
  const grandparent = process.env.npm_lifecycle_event === undefined ? undefined : parentOf(parent);
  const watch = setInterval(() => {
    const gone = process.ppid !== parent || (grandparent !== undefined && parentOf(parent) !== grandparent);
    if (!gone) return;
    clearInterval(watch);
    onDeath();
  }, 500);
  return watch;
}

/** From Linux's process table; undefined elsewhere, where only our own parent is watched. */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // "pid (name) state ppid …"; the name may hold anything, parentheses too.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
