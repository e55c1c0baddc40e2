import type { LoadedKey } from '../crypto/key.ts';
import type { CryptoOperations } from '../crypto/provider.ts';
import type { Key } from '../generated/types.ts';
import { attributesOf } from '../policy/algorithm-attributes.ts';
import type { PolicyResource } from '../policy/engine.ts';
import type { Execution } from '../request/context.ts';

/** Puts a new key into the session of its caller and describes it. */
export async function holdKey(
  crypto: CryptoOperations,
  { session, principal }: Execution,
  key: LoadedKey,
): Promise<Key> {
  const handle = session.keys.add({ scope: 'session', key, resource: sessionKeyResource(key, principal.id) });
  return describeKey(crypto, handle, key);
}

/** A key as its holder sees it. */
async function describeKey(crypto: CryptoOperations, handle: string, key: LoadedKey): Promise<Key> {
  const { type, extractable, algorithm, usages } = key;
  const publicKey = type === 'public' ? { publicKey: await crypto.describePublic(key) } : {};
  return { handle, type, extractable, algorithm, usages: [...usages], ...publicKey };
}

const nobody: readonly string[] = Object.freeze([]);
const noLabels: Readonly<Record<string, string>> = Object.freeze({});

/** Session keys look alike to a policy when these agree; sharing the object lets its decisions be found by identity. */
const resources = new Map<string, PolicyResource>();

const maxResources = 4096;

function sessionKeyResource({ type, extractable, algorithm }: LoadedKey, owner: string): PolicyResource {
  const visible = attributesOf(algorithm);
  const id = `session/${Object.values(visible)}/${type}/${extractable}/${owner}`;
  const known = resources.get(id);
  if (known !== undefined) return known;
  const own = { scope: 'session', owner, keyType: type, extractable, labels: noLabels };
  const attributes = Object.freeze({ ...own, ...visible, usedBy: nobody, usedByGroups: nobody });
  const resource = Object.freeze({ type: 'Key', id, attributes } as const);
  if (resources.size >= maxResources) resources.clear();
  resources.set(id, resource);
  return resource;
}
