import {
  createCipheriv,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  type SignKeyObjectInput,
  sign,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { Backend, Calls } from './calls.ts';
import { ivBytes, message } from './operations.ts';

type Input = SignKeyObjectInput & { readonly context?: Uint8Array };

const signLater = promisify(sign) as (digest: string | null, data: Uint8Array, key: Input) => Promise<Buffer>;
const decapsulateLater = promisify(decapsulate) as (key: KeyObject, ciphertext: Uint8Array) => Promise<Buffer>;
const agreeLater = promisify(diffieHellman) as (keys: AgreementKeys) => Promise<Buffer>;

interface AgreementKeys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const kibi = 1024;
const mlKemCiphertextBytes = 1088;

/**
 * The operations with node:crypto in the process that wants them: many at once in the thread pool, on all cores; a lone
 * one, and what node:crypto cannot do in the pool, on the main thread.
 */
const operations: Readonly<Record<string, () => Calls>> = {
  p256: () => signing('sha256', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }),
  ed25519: () => signing(null, { key: generateKeyPairSync('ed25519').privateKey }),
  rsa2048: () => signing('sha256', { key: rsaPssKey(), saltLength: 32 }),
  'ml-dsa-65': () => signing(null, { key: generateKeyPairSync('ml-dsa-65').privateKey }),
  composite: compositeSigning,
  'ml-kem-768': decapsulating,
  'hybrid-kem': hybridDecapsulating,
  'aes-1k': () => encrypting(kibi),
  'aes-64k': () => encrypting(64 * kibi),
  'aes-1m': () => encrypting(kibi * kibi),
};

export const inProcessOperations: readonly string[] = Object.keys(operations);

export function openInProcessBackend(): Backend {
  return {
    async prepare(id) {
      const make = operations[id];
      if (make === undefined) throw new Error(`${id}: nothing to do in process`);
      const calls = make();
      await calls.call();
      return calls;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function signing(digest: string | null, key: Input): Calls {
  const input = { dsaEncoding: 'ieee-p1363', ...key } as const;
  return { call: () => signLater(digest, message, input), lone: () => sign(digest, message, input) };
}

function rsaPssKey(): KeyObject {
  return generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256' })
    .privateKey;
}

/** draft-ietf-lamps-pq-composite-sigs: node:crypto has the parts, but not the composite. */
function compositeSigning(): Calls {
  const mlDsa = generateKeyPairSync('ml-dsa-65').privateKey;
  const ed25519 = generateKeyPairSync('ed25519').privateKey;
  const context = Buffer.from('COMPSIG-MLDSA65-Ed25519-SHA512');
  const prefix = Buffer.from('CompositeAlgorithmSignatures2025');
  const representative = () => Buffer.concat([prefix, context, Buffer.of(0), hash('sha512', message, 'buffer')]);
  return {
    call: async () => {
      const data = representative();
      return Buffer.concat(
        await Promise.all([signLater(null, data, { key: mlDsa, context }), signLater(null, data, { key: ed25519 })]),
      );
    },
    lone: () => {
      const data = representative();
      const parts = [sign(null, data, { key: mlDsa, context } as Input), sign(null, data, ed25519)];
      return Buffer.concat(parts);
    },
  };
}

function decapsulating(): Calls {
  const { privateKey, publicKey } = generateKeyPairSync('ml-kem-768');
  const { ciphertext } = encapsulate(publicKey);
  return { call: () => decapsulateLater(privateKey, ciphertext), lone: () => decapsulate(privateKey, ciphertext) };
}

/** X-Wing (draft-connolly-cfrg-xwing-kem section 5.4) from its parts. */
function hybridDecapsulating(): Calls {
  const mlKem = generateKeyPairSync('ml-kem-768');
  const x25519 = generateKeyPairSync('x25519');
  const recipient = x25519.publicKey.export({ format: 'raw-public' });
  const point = generateKeyPairSync('x25519').publicKey.export({ format: 'raw-public' });
  const ciphertext = Buffer.concat([encapsulate(mlKem.publicKey).ciphertext, point]);
  const label = Buffer.from('\\.//^\\');

  const parts = () => ({
    postQuantum: ciphertext.subarray(0, mlKemCiphertextBytes),
    agreement: {
      privateKey: x25519.privateKey,
      publicKey: createPublicKey({
        key: ciphertext.subarray(mlKemCiphertextBytes),
        format: 'raw-public',
        asymmetricKeyType: 'x25519',
      }),
    },
  });
  const combine = (postQuantum: Buffer, agreed: Buffer) =>
    hash('sha3-256', Buffer.concat([postQuantum, agreed, point, recipient, label]), 'buffer');

  return {
    call: async () => {
      const { postQuantum, agreement } = parts();
      const both = [decapsulateLater(mlKem.privateKey, postQuantum), agreeLater(agreement)] as const;
      return combine(...(await Promise.all(both)));
    },
    lone: () => {
      const { postQuantum, agreement } = parts();
      return combine(decapsulate(mlKem.privateKey, postQuantum), diffieHellman(agreement));
    },
  };
}

/** node:crypto ciphers have no asynchronous form. */
function encrypting(bytes: number): Calls {
  const key = randomBytes(32);
  const iv = randomBytes(ivBytes);
  const plaintext = randomBytes(bytes);
  return {
    call: () => {
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },
  };
}
