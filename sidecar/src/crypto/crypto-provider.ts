import { createKeyEstablishment } from './key-establishment.ts';
import { createKeyTransport } from './key-transport.ts';
import { describePublic, exportKey, isPair, loadKey, publicHalf, storeKey } from './keys/keys.ts';
import type { Runs } from './lanes/job.ts';
import { createLanes } from './lanes/lanes.ts';
import { requireAccess } from './operations/key-access.ts';
import { digestSchemes, signatureSchemes } from './operations/signatures.ts';
import { descriptorOf } from './operations/table.ts';
import type { CryptoOperations, CryptoProvider } from './provider.ts';

export interface CryptoProviderOptions {
  /** Worker threads for operations of 100 microseconds to 5 milliseconds, at least 1. Default 2. */
  readonly workers?: number;
  /** Slow operations (SLH-DSA signing, RSA generation) that may wait; more are refused. Default 64. */
  readonly slowQueue?: number;
}

/**
 * Every operation with keys, by node:crypto, on the main thread or on worker threads by what it costs.
 *
 * @example
 * const provider = createCryptoProvider();
 * const signature = await provider.sign({ name: 'Ed25519' }, key, data);
 */
export function createCryptoProvider({ workers = 2, slowQueue = 64 }: CryptoProviderOptions = {}): CryptoProvider {
  const lanes = createLanes({ workers, slowQueue });
  const operationsByAsker = new WeakMap<object, CryptoOperations>();
  return Object.freeze({
    ...operationsOn(lanes),
    for(asker) {
      const known = operationsByAsker.get(asker);
      if (known !== undefined) return known;
      const operations = operationsOn({ run: (job) => lanes.run(job, asker) });
      operationsByAsker.set(asker, operations);
      return operations;
    },
    loads: lanes.loads,
    close: () => lanes.close(),
  } satisfies CryptoProvider);
}

function operationsOn(lane: Runs): CryptoOperations {
  return Object.freeze({
    isPair,
    generateKey: (algorithm, attributes) => lane.run({ operation: 'generate', algorithm, attributes }),
    importKey: (format, data, algorithm, attributes) =>
      lane.run({ operation: 'import', format, data, algorithm, attributes }),
    exportKey,
    publicKey: publicHalf,
    describePublic,
    store: storeKey,
    load: loadKey,
    ...signing(lane),
    ...createKeyTransport(lane),
    ...createKeyEstablishment(lane),
  } satisfies CryptoOperations);
}

function signing(lane: Runs): Pick<CryptoOperations, 'sign' | 'signDigest' | 'verify'> {
  return {
    async sign(algorithm, key, data) {
      const { signingKey } = descriptorOf(signatureSchemes, algorithm.name, 'signing');
      requireAccess(algorithm, key, { usage: 'sign', type: signingKey });
      return lane.run({ operation: 'sign', algorithm, key, data });
    },
    async signDigest(algorithm, key, digest) {
      const { signingKey } = descriptorOf(digestSchemes, algorithm.name, 'signing a digest');
      requireAccess(algorithm, key, { usage: 'sign', type: signingKey });
      return lane.run({ operation: 'signDigest', algorithm, key, data: digest });
    },
    async verify(algorithm, key, signature, data) {
      const { verifyingKey } = descriptorOf(signatureSchemes, algorithm.name, 'verification');
      requireAccess(algorithm, key, { usage: 'verify', type: verifyingKey });
      return lane.run({ operation: 'verify', algorithm, key, signature, data });
    },
  };
}
