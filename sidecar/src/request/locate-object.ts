import type { Pkcs11Object, Principal } from '../generated/types.ts';
import { keyEtag } from '../key-etag.ts';
import type { PolicyResource } from '../policy/engine.ts';
import type { Target } from './context.ts';

/** The stored object of PKCS#11 of that id. */
export type FindPkcs11Object = (id: string) => Promise<Pkcs11Object | undefined>;

/** How policies see a stored object of PKCS#11. */
export function pkcs11ObjectResource({
  id,
  owner,
  kind,
}: Readonly<Record<'id' | 'owner' | 'kind', string>>): PolicyResource {
  return { type: 'Pkcs11Object', id, attributes: { owner, kind } };
}

/**
 * An object that is not there is judged as one of the caller's own: its repeated removal gets the first outcome, and
 * whoever asks for a foreign one learns nothing.
 */
export async function locateObject(
  id: string,
  principal: Principal | undefined,
  findObject: FindPkcs11Object,
): Promise<Target> {
  const object = await findObject(id);
  const resource = pkcs11ObjectResource(object ?? { id, owner: principal?.id ?? '', kind: 'data' });
  return { id, resource, etag: object === undefined ? '' : keyEtag(object), keys: new Map(), others: [] };
}

/** An object that is about to be stored has no id yet. */
export function locateNewObject(kind: string, principal: Principal | undefined): Target {
  const resource = pkcs11ObjectResource({ id: kind, kind, owner: principal?.id ?? '' });
  return { id: kind, resource, etag: '', keys: new Map(), others: [] };
}
