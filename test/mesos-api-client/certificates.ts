/**
 * Certificates for the tests of TLS, written here (X.509 v3 in DER, RFC 5280), so that they need no tool of the machine:
 * an authority, and what it signs for servers and clients.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { commonName, objectId, sequence, tagged, utcTime } from '../../src/lib/der.ts';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Certificate {
  issue(commonName: string, alternatives?: readonly Alternative[]): Certificate;
}

export type Alternative = { readonly dns: string } | { readonly ip: readonly [number, number, number, number] };

export function createAuthority(name: string): Authority {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const isAuthority = extension('2.5.29.19', sequence(tagged(0x01, Buffer.of(0xff))), true);
  return {
    cert: certificate({ subject: name, issuer: name, key: privateKey, signer: privateKey }, [isAuthority]),
    key: pemOf(privateKey),
    issue(subject, alternatives = []) {
      const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = alternatives.map((one) =>
        'dns' in one ? tagged(0x82, Buffer.from(one.dns)) : tagged(0x87, Buffer.from(one.ip)),
      );
      const extensions = names.length === 0 ? [] : [extension('2.5.29.17', sequence(...names))];
      const cert = certificate({ subject, issuer: name, key, signer: privateKey }, extensions);
      return { cert, key: pemOf(key) };
    },
  };
}

interface Parts {
  readonly subject: string;
  readonly issuer: string;
  readonly key: KeyObject;
  readonly signer: KeyObject;
}

function certificate({ subject, issuer, key, signer }: Parts, extensions: readonly Buffer[]): string {
  const algorithm = sequence(objectId('1.2.840.10045.4.3.2')); // ecdsa-with-SHA256
  const serial = randomBytes(8);
  serial[0] = 0x01;
  const toBeSigned = sequence(
    tagged(0xa0, tagged(0x02, Buffer.of(2))),
    tagged(0x02, serial),
    algorithm,
    commonName(issuer),
    sequence(utcTime(Date.now() - 3_600_000), utcTime(Date.now() + 3_600_000)),
    commonName(subject),
    createPublicKey(pemOf(key)).export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [tagged(0xa3, sequence(...extensions))]),
  );
  const signature = tagged(0x03, Buffer.concat([Buffer.of(0), sign('sha256', toBeSigned, signer)]));
  const base64 = sequence(toBeSigned, algorithm, signature).toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [tagged(0x01, Buffer.of(0xff))] : [];
  return sequence(objectId(id), ...flag, tagged(0x04, value));
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
