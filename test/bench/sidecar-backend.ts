import { connect, type FerroHsm } from '@ferrohsm/sdk/node';
import type { Backend } from './calls.ts';
import { type KeyOperation, keyOperations, noOperation, slowOperation, type UsableKey } from './operations.ts';

/** Keys that the keystore holds, or keys that die with the connection. */
export type KeyScope = 'named' | 'session';

/** The SDK at a Unix socket. */
export async function openSidecarBackend(socket: string, scope: KeyScope): Promise<Backend> {
  const hsm = await connect({ socket });
  return {
    async prepare(id) {
      if (id === noOperation.id) return { call: () => hsm.session.whoami() };
      const operation = [...keyOperations, slowOperation].find((candidate) => candidate.id === id);
      if (operation === undefined) throw new Error(`${id}: no operation of this benchmark`);
      const key = await (scope === 'named' ? createNamedKey(hsm, operation) : createSessionKey(hsm, operation));
      const call = await operation.use(hsm.subtle, key);
      await call();
      return { call };
    },
    [Symbol.asyncDispose]: () => hsm.close(),
  };
}

/** Of this process alone: several clients of one sidecar do not meet at one key. */
async function createNamedKey({ keys }: FerroHsm, { id, key, usages }: KeyOperation): Promise<UsableKey> {
  return await keys.create({ name: `bench/${id}/${process.pid}`, algorithm: key, usages: [...usages] });
}

async function createSessionKey({ subtle }: FerroHsm, { key, usages }: KeyOperation): Promise<UsableKey> {
  const made = await subtle.generateKey(key, false, [...usages] as KeyUsage[]);
  return 'privateKey' in made ? made : { secretKey: made };
}
