import test from 'ava';
import { connectionLost, errorOfCode } from '../../src/zookeeper/zookeeper-error.ts';

test('each number of ZooKeeper means what a caller can do about it', (t) => {
  const meanings = [
    [-101, 'no-node'],
    [-102, 'not-authorized'],
    [-103, 'bad-version'],
    [-110, 'node-exists'],
    [-111, 'not-empty'],
    [-112, 'expired'],
    [-115, 'not-authorized'],
    [-118, 'disconnected'],
    [-124, 'not-authorized'],
    [-125, 'refused'],
    [-127, 'disconnected'],
    [-9999, 'refused'],
  ] as const;
  for (const [code, meaning] of meanings) {
    const error = errorOfCode(code, { what: 'set /a', kind: 'write' });
    t.is(error.code, meaning, String(code));
    t.regex(error.message, /^ZooKeeper: set \/a: /);
  }
});

test('a lost connection leaves a write open, and a read harmless', (t) => {
  t.is(errorOfCode(-4, { what: 'set /a', kind: 'write' }).code, 'outcome-unknown');
  t.is(errorOfCode(-4, { what: 'get /a', kind: 'read' }).code, 'disconnected');
  t.is(connectionLost({ what: 'get /a', kind: 'read' }).code, 'disconnected');
});
