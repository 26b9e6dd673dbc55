/**
 * The key store for a cluster's own traffic: one certificate, made for it alone, which all its processes show and which is
 * all that they trust (Flink's documentation, "SSL Setup", internal connectivity: mutual authentication with a shared key).
 * PKCS #12 (RFC 7292), as every JDK reads it: the key under AES-256 and PBKDF2, the whole under an HMAC.
 */
import { createHash, createHmac, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { commonName, integer, nothing, objectId, octets, sequence, setOf, tagged, utcTime } from '../../lib/der.ts';

export interface KeyStore {
  readonly content: Buffer;
  readonly password: string;
}

/** A cluster that lives longer is created anew. */
const VALID_MS = 10 * 365 * 86_400_000;
const RSA_BITS = 3072;
const MAC_ROUNDS = 10_000;

const ids = {
  data: '1.2.840.113549.1.7.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha256WithRsa: '1.2.840.113549.1.1.11',
};

export async function createInternalKeyStore(name: string, now: number): Promise<KeyStore> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: RSA_BITS });
  const certificate = selfSigned(name, privateKey, publicKey, now);
  // No dash at its beginning: keytool would take it for an option of its own.
  const password = randomBytes(24).toString('hex');
  const key = privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: password });
  const localKeyId = createHash('sha256').update(certificate).digest();
  const bags = sequence(
    bag(ids.shroudedKeyBag, key, localKeyId),
    bag(ids.certificateBag, sequence(objectId(ids.x509Certificate), explicit(octets(certificate))), localKeyId),
  );
  return { content: sealed(sequence(dataOf(bags)), password), password };
}

function selfSigned(name: string, privateKey: KeyObject, publicKey: KeyObject, now: number): Buffer {
  const algorithm = sequence(objectId(ids.sha256WithRsa), nothing);
  const serial = randomBytes(16);
  serial[0] = 0x01;
  const toBeSigned = sequence(
    explicit(integer(2)), // X.509 v3
    tagged(0x02, serial),
    algorithm,
    commonName(name),
    // Clocks of agents differ.
    sequence(utcTime(now - 86_400_000), utcTime(now + VALID_MS)),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = tagged(0x03, Buffer.concat([Buffer.of(0), sign('sha256', toBeSigned, privateKey)]));
  return sequence(toBeSigned, algorithm, signature);
}

/** Key and certificate belong together by the same localKeyId. */
function bag(id: string, value: Buffer, localKeyId: Buffer): Buffer {
  const label = tagged(0x1e, Buffer.from('internal', 'utf16le').swap16());
  return sequence(
    objectId(id),
    explicit(value),
    setOf(
      sequence(objectId(ids.friendlyName), setOf(label)),
      sequence(objectId(ids.localKeyId), setOf(octets(localKeyId))),
    ),
  );
}

function sealed(authenticatedSafe: Buffer, password: string): Buffer {
  const salt = randomBytes(16);
  const mac = createHmac('sha256', macKey(password, salt)).update(authenticatedSafe).digest();
  const digestInfo = sequence(sequence(objectId(ids.sha256), nothing), octets(mac));
  const macData = sequence(digestInfo, octets(salt), integer(MAC_ROUNDS));
  return sequence(integer(3), dataOf(authenticatedSafe), macData);
}

function dataOf(content: Buffer): Buffer {
  return sequence(objectId(ids.data), explicit(octets(content)));
}

function explicit(content: Buffer): Buffer {
  return tagged(0xa0, content);
}

/** RFC 7292, appendix B.2, for the key of a MAC: one block of SHA-256 is the whole key. */
function macKey(password: string, salt: Buffer): Buffer {
  const blockBytes = 64;
  const filled = (text: Buffer): Buffer => Buffer.alloc(Math.ceil(text.length / blockBytes) * blockBytes, text);
  const ended = Buffer.from(`${password}\u0000`, 'utf16le').swap16();
  let key = Buffer.concat([Buffer.alloc(blockBytes, 3), filled(salt), filled(ended)]);
  for (let round = 0; round < MAC_ROUNDS; round++) key = createHash('sha256').update(key).digest();
  return key;
}
