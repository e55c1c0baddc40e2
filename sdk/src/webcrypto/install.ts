import { callNative, nativeCrypto } from '../local/native-crypto.ts';
import type { HsmCrypto } from './crypto.ts';
import { remoteSlots } from './crypto-key.ts';
import { asksForPersistence } from './persistent-name.ts';
import { methodNames } from './subtle-crypto.ts';
import type { HsmSubtleCrypto } from './subtle-crypto-types.ts';
import { isObject } from './web-idl.ts';

/**
 * Makes `globalThis.crypto` a router for libraries that take no Crypto: a call that holds a key of the sidecar goes
 * there, and so does a `generateKey` that names its key; every other call stays with the runtime. Keys are therefore
 * made with a name, or through `hsm.crypto` or `hsm.keys`.
 *
 * @returns puts the former `globalThis.crypto` back
 * @example const uninstall = install(hsm.crypto);
 */
export function install(crypto: HsmCrypto): () => void {
  const former = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
  const router = createRouter(crypto);
  Object.defineProperty(globalThis, 'crypto', { get: () => router, configurable: true, enumerable: true });
  return () => {
    if (former === undefined) Reflect.deleteProperty(globalThis, 'crypto');
    else Object.defineProperty(globalThis, 'crypto', former);
  };
}

/** A Crypto that sends a call to the sidecar only when one of its keys lives there, or is to live there. */
function createRouter(crypto: HsmCrypto): HsmCrypto {
  const subtle = createSubtleRouter(crypto.subtle);
  return Object.create(Object.getPrototypeOf(nativeCrypto), {
    subtle: { value: subtle, enumerable: true },
    keyStorage: { value: crypto.keyStorage, enumerable: true },
    getRandomValues: { value: nativeCrypto.getRandomValues.bind(nativeCrypto), enumerable: true },
    randomUUID: { value: nativeCrypto.randomUUID.bind(nativeCrypto), enumerable: true },
  });
}

function createSubtleRouter(remote: HsmSubtleCrypto): HsmSubtleCrypto {
  const routes = methodNames.map((name) => [name, { value: createRoute(remote, name), enumerable: true }] as const);
  return Object.create(Object.getPrototypeOf(nativeCrypto.subtle), Object.fromEntries(routes));
}

function createRoute(remote: HsmSubtleCrypto, name: string) {
  const remoteMethod = Reflect.get(remote, name) as (...args: readonly unknown[]) => Promise<unknown>;
  return (...args: readonly unknown[]): Promise<unknown> =>
    args.some(holdsRemoteKey) || (name === 'generateKey' && asksForPersistence(args[0]))
      ? Reflect.apply(remoteMethod, remote, args)
      : callNative(name, args);
}

/** A key itself, or an algorithm whose `public` member is one. */
function holdsRemoteKey(argument: unknown): boolean {
  if (remoteSlots(argument) !== undefined) return true;
  return isObject(argument) && remoteSlots((argument as { public?: unknown }).public) !== undefined;
}
