/** The client against a listening API with a dispatcher of maps. */
import { Readable } from 'node:stream';
import type { ExecutionContext } from 'ava';
import type { ApiParts } from '../../src/api/build-api.ts';
import { runClient } from '../../src/cli/client.ts';
import { listen, withCluster } from '../api/support/api.ts';
import type { FakeDispatcher } from '../api/support/fake-dispatcher.ts';

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly environment?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Called with everything printed so far, each time something is. */
  readonly onOutput?: (stdout: string, stderr: string) => void;
}

export interface TestClient {
  readonly url: string;
  readonly dispatcher: FakeDispatcher;
  run(command: string | readonly string[], options?: RunOptions): Promise<Outcome>;
}

export async function testClient(t: ExecutionContext, parts: Partial<ApiParts> = {}): Promise<TestClient> {
  const { app, dispatcher } = await withCluster(t, parts);
  const url = await listen(app);
  return {
    url,
    dispatcher,
    run: (command, options = {}) =>
      run(command, { ...options, environment: { FLINK_MESOS_URL: url, ...options.environment } }),
  };
}

export async function run(command: string | readonly string[], options: RunOptions = {}): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const tell = () => options.onOutput?.(stdout, stderr);
  const argv = typeof command === 'string' ? command.split(' ').filter((word) => word !== '') : command;
  const exitCode = await runClient(argv, {
    stdin: Readable.from([options.stdin ?? '']),
    stdout: {
      write: (text: string) => {
        stdout += text;
        tell();
        return true;
      },
    },
    stderr: {
      write: (text: string) => {
        stderr += text;
        tell();
        return true;
      },
    },
    environment: options.environment ?? {},
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return { exitCode, stdout, stderr };
}
