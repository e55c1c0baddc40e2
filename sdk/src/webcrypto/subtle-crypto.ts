import { algorithmIdentifier } from './algorithm-name.ts';
import { keyFormat, keyUsages } from './arguments.ts';
import { decrypt, encrypt, unwrapKey, wrapKey } from './cipher-operations.ts';
import { cryptoKey } from './crypto-key.ts';
import { deriveBits, deriveKey } from './derivation-operations.ts';
import { toDomError } from './dom-error.ts';
import { decapsulateBits, decapsulateKey, encapsulateBits, encapsulateKey } from './encapsulation-operations.ts';
import { jsonWebKey } from './json-web-key.ts';
import type { KeyCustody } from './key-custody.ts';
import { exportKey, generateKey, getPublicKey, importKey } from './key-operations.ts';
import { digest, sign, verify } from './signature-operations.ts';
import type { HsmSubtleCrypto } from './subtle-crypto-types.ts';
import { supports } from './supports.ts';
import { type ByteSource, boolean, bufferSource, unsignedLong } from './web-idl.ts';

type ArgumentConverter<T> = (value: unknown, what: string, earlier: readonly unknown[]) => T;

interface Method {
  readonly converters: readonly ArgumentConverter<unknown>[];
  readonly required: number;
  readonly run: (custody: KeyCustody, ...args: readonly unknown[]) => Promise<unknown>;
}

function method<A extends readonly unknown[]>(
  run: (custody: KeyCustody, ...args: A) => Promise<unknown>,
  converters: { readonly [I in keyof A]: ArgumentConverter<A[I]> },
  required = converters.length,
): Method {
  return Object.freeze({ run: run as unknown as Method['run'], converters, required });
}

const algorithm = algorithmIdentifier;
const key = cryptoKey;
const bytes = bufferSource;

const keyData: ArgumentConverter<ByteSource | JsonWebKey> = (value, what, [format]) =>
  format === 'jwk' ? jsonWebKey(value, what) : bytes(value, what);

const optionalLength: ArgumentConverter<number | null> = (value, what) =>
  value === undefined || value === null ? null : unsignedLong(value, what);

const methods: Readonly<Record<string, Method>> = {
  encrypt: method(encrypt, [algorithm, key, bytes]),
  decrypt: method(decrypt, [algorithm, key, bytes]),
  sign: method(sign, [algorithm, key, bytes]),
  verify: method(verify, [algorithm, key, bytes, bytes]),
  digest: method(digest, [algorithm, bytes]),
  generateKey: method(generateKey, [algorithm, boolean, keyUsages]),
  deriveKey: method(deriveKey, [algorithm, key, algorithm, boolean, keyUsages]),
  deriveBits: method(deriveBits, [algorithm, key, optionalLength], 2),
  importKey: method(importKey, [keyFormat, keyData, algorithm, boolean, keyUsages]),
  exportKey: method(exportKey, [keyFormat, key]),
  wrapKey: method(wrapKey, [keyFormat, key, key, algorithm]),
  unwrapKey: method(unwrapKey, [keyFormat, bytes, key, algorithm, algorithm, boolean, keyUsages]),
  encapsulateKey: method(encapsulateKey, [algorithm, key, algorithm, boolean, keyUsages]),
  encapsulateBits: method(encapsulateBits, [algorithm, key]),
  decapsulateKey: method(decapsulateKey, [algorithm, key, bytes, algorithm, boolean, keyUsages]),
  decapsulateBits: method(decapsulateBits, [algorithm, key, bytes]),
  getPublicKey: method(getPublicKey, [key, keyUsages]),
};

/** Names of the methods of SubtleCrypto. */
export const methodNames: readonly string[] = Object.freeze(Object.keys(methods));

const custodies = new WeakMap<object, KeyCustody>();

/**
 * The interface object, for code that asks what is supported or tests with instanceof.
 *
 * @example if (SubtleCrypto.supports('sign', 'ML-DSA-65')) algorithm = 'ML-DSA-65';
 */
export class SubtleCrypto {
  constructor() {
    throw new TypeError('Illegal constructor');
  }

  static supports(...args: readonly unknown[]): boolean {
    return supports(args);
  }
}

async function invoke(self: unknown, name: string, declared: Method, args: readonly unknown[]): Promise<unknown> {
  const custody = custodies.get(self as object);
  if (custody === undefined) throw new TypeError('Illegal invocation');
  if (args.length < declared.required) throw new TypeError(`${name}: ${declared.required} arguments required`);
  const converted: unknown[] = [];
  for (const [index, convert] of declared.converters.entries()) {
    converted.push(convert(args[index], `argument ${index + 1} of ${name}`, converted));
  }
  try {
    return await declared.run(custody, ...converted);
  } catch (error) {
    throw toDomError(error);
  } finally {
    // Needed until the answer is here: a key that nobody else holds would be collected, and so released, before it.
    converted.length = 0;
  }
}

function defineMethod(name: string, declared: Method): void {
  // Shorthand, so that the method is no constructor. `invoke` is async, so that every error is a rejection.
  const { [name]: value } = {
    [name](this: unknown, ...args: readonly unknown[]): Promise<unknown> {
      return invoke(this, name, declared, args);
    },
  };
  Object.defineProperty(value, 'length', { value: declared.required, configurable: true });
  const attributes = { value, enumerable: true, configurable: true, writable: true };
  Object.defineProperty(SubtleCrypto.prototype, name, attributes);
}

for (const [name, declared] of Object.entries(methods)) defineMethod(name, declared);
// Whatever a bundler makes of the class.
Object.defineProperty(SubtleCrypto, 'name', { value: 'SubtleCrypto', configurable: true });
Object.defineProperty(SubtleCrypto, 'supports', { enumerable: true });
Object.defineProperty(SubtleCrypto.supports, 'length', { value: 2, configurable: true });
Object.defineProperty(SubtleCrypto.prototype, Symbol.toStringTag, {
  value: 'SubtleCrypto',
  configurable: true,
});

/** A SubtleCrypto whose secret and private keys live in the sidecar. */
export function createSubtleCrypto(custody: KeyCustody): HsmSubtleCrypto {
  const subtle: object = Object.create(SubtleCrypto.prototype);
  custodies.set(subtle, custody);
  return subtle as HsmSubtleCrypto;
}
