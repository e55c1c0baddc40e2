import { CKA } from '../codec/constants/attribute-types.ts';
import type { Attributes } from '../objects/attributes.ts';
import type { Connection } from '../objects/token-object.ts';
import type { Session } from '../session/session.ts';

/**
 * Where a key of a session is made: one that is said to be public needs no login, and outlives it.
 *
 * @throws CryptokiRefusal CKR_USER_NOT_LOGGED_IN for a private one where a login is needed and has not been
 */
export function sessionKeyHolder({ token }: Session, template: Attributes): Connection {
  return template.boolean(CKA.PRIVATE) === false ? token.login.ofSocket : token.sidecar;
}
