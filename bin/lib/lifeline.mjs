/**
 * Loaded into every child before its own code: when bin/run.mjs has died without a word (kill -9), the child gets the
 * SIGTERM that it would have been sent; and when its terminal was closed (EIO) or nobody reads on (EPIPE), it goes on to
 * end in order what it has started. In nobody else: not in worker threads, not in the child's own children.
 */
import { isMainThread } from 'node:worker_threads';

const parent = Number(process.env.FLINK_MESOS_PARENT);

if (isMainThread && parent > 0) {
  delete process.env.FLINK_MESOS_PARENT;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();

  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (error.code !== 'EIO' && error.code !== 'EPIPE') throw error;
    });
  }
}
