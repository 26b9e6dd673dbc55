/** A request handed to a leader that takes it and then says nothing, or no more. */
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import type { Problem } from '../../src/lib/problem.ts';
import { relay } from '../../src/main/relay.ts';

async function serve(t: ExecutionContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Whoever is not silent is heard in less, on a machine that is busy too. */
const silenceMs = 5_000;

/** Answers with the code of what went wrong. */
async function relayTo(t: ExecutionContext, leader: RequestListener): Promise<IncomingMessage> {
  const url = await serve(t, leader);
  const standby = await serve(t, (request, response) => {
    relay(request, response, url, { silenceMs }).catch(({ status, code }: Problem) =>
      response.writeHead(status).end(code),
    );
  });
  const [answer] = await once(httpRequest(standby, { method: 'POST' }).end('body'), 'response');
  return answer;
}

test('a leader that takes a request and never answers: TIMED_OUT when its time is over', async (t) => {
  const left = Promise.withResolvers<void>();
  const answer = await relayTo(t, (request) => request.socket.once('close', left.resolve));
  t.is(answer.statusCode, 504);
  t.is((await answer.toArray()).join(''), 'TIMED_OUT');
  await left.promise;
});

test('a leader that falls silent within its answer: the answer is broken off', async (t) => {
  const answer = await relayTo(t, (_request, response) => void response.write('beginning'));
  t.is(answer.statusCode, 200);
  t.like(await t.throwsAsync(answer.toArray()), { code: 'ECONNRESET' });
});
