import { generateKeyPairSync, type webcrypto } from 'node:crypto';
import type { Backend } from '../calls.ts';
import { message } from '../operations.ts';
import { IdleConnections } from './idle-connections.ts';
import { type MessageEnd, MessageSocket } from './message-socket.ts';
import { requireSignature } from './signature-check.ts';
import { sshNumber, sshString, sshStrings } from './ssh-wire.ts';

/** Message numbers of draft-ietf-sshm-ssh-agent section 6.1. */
const success = 6;
const signRequest = 13;
const signResponse = 14;
const addIdentity = 17;

const lengthBytes = 4;
const p256Bytes = 32;

/** A key pair as ssh-agent takes it. */
interface Identity {
  readonly publicKey: webcrypto.JsonWebKey;
  /** What names the key in requests. */
  readonly blob: Buffer;
  /** Key type and its fields, the private ones too. */
  readonly added: Buffer;
  readonly signatureOf: (blob: Buffer) => Buffer;
}

const identities: Readonly<Record<string, () => Identity>> = { p256: ecdsaIdentity, ed25519: edwardsIdentity };

const answerEnd: MessageEnd = (bytes) => {
  if (bytes.length < lengthBytes) return undefined;
  const end = lengthBytes + bytes.readUInt32BE(0);
  return bytes.length < end ? undefined : end;
};

/** ssh-agent by its own protocol, one connection for each request in flight. */
export async function openSshAgentBackend(socket: string): Promise<Backend> {
  const connections = new IdleConnections(() => MessageSocket.open(socket, answerEnd));

  async function ask(kind: number, body: Buffer, expected: number): Promise<Buffer> {
    const request = sshString(Buffer.concat([Buffer.of(kind), body]));
    const answer = await connections.use((connection) => connection.request(request));
    if (answer[lengthBytes] !== expected) throw new Error(`ssh-agent answered message ${answer[lengthBytes]}`);
    return answer.subarray(lengthBytes + 1);
  }

  return {
    async prepare(id) {
      const identity = identities[id]?.();
      if (identity === undefined) throw new Error(`ssh-agent has no ${id}`);
      await ask(addIdentity, Buffer.concat([identity.added, sshString('bench')]), success);
      const flags = Buffer.alloc(4);
      const body = Buffer.concat([sshString(identity.blob), sshString(message), flags]);
      const sign = async () => identity.signatureOf(await ask(signRequest, body, signResponse));
      requireSignature(id, { key: identity.publicKey, format: 'jwk' }, await sign());
      return { call: sign };
    },
    [Symbol.asyncDispose]: async () => connections.close(),
  };
}

/** RFC 5656 section 3.1. */
function ecdsaIdentity(): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.of(4), fromBase64url(x), fromBase64url(y)]);
  const names = [sshString('ecdsa-sha2-nistp256'), sshString('nistp256'), sshString(point)];
  return {
    publicKey: publicKey.export({ format: 'jwk' }),
    blob: Buffer.concat(names),
    added: Buffer.concat([...names, sshNumber(fromBase64url(d))]),
    signatureOf: (answer) => {
      const [, numbers = Buffer.alloc(0)] = sshStrings(sshStrings(answer)[0] ?? Buffer.alloc(0));
      return Buffer.concat(sshStrings(numbers).map(coordinate));
    },
  };
}

/** RFC 8709; the private key of the agent is the seed with the public key behind it. */
function edwardsIdentity(): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x = '', d = '' } = privateKey.export({ format: 'jwk' });
  const names = [sshString('ssh-ed25519'), sshString(fromBase64url(x))];
  return {
    publicKey: publicKey.export({ format: 'jwk' }),
    blob: Buffer.concat(names),
    added: Buffer.concat([...names, sshString(Buffer.concat([fromBase64url(d), fromBase64url(x)]))]),
    signatureOf: (answer) => sshStrings(sshStrings(answer)[0] ?? Buffer.alloc(0))[1] ?? Buffer.alloc(0),
  };
}

/** An mpint may be shorter than the field or have a zero in front. */
function coordinate(number: Buffer): Buffer {
  const bytes = number.subarray(Math.max(0, number.length - p256Bytes));
  return Buffer.concat([Buffer.alloc(p256Bytes - bytes.length), bytes]);
}

function fromBase64url(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}
