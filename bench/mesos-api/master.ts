/** A process of its own in the place of a master: it opens a stream, takes every call, and does nothing about it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((request, response) => {
  const isCall = request.headers['mesos-stream-id'] !== undefined;
  request.resume();
  request.once('end', () => {
    if (isCall) {
      response.writeHead(202);
      response.end();
    } else {
      response.writeHead(200, { 'content-type': 'application/json', 'mesos-stream-id': 'bench' });
      response.flushHeaders();
    }
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
