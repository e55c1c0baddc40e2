import { CKA } from '../codec/constants/attribute-types.ts';
import type { Attributes } from '../objects/attributes.ts';
import type { HeldKey } from '../objects/token-object.ts';
import type { Session } from '../session/session.ts';

/** Where a key of a session is made: one that is said to be public needs no login, and outlives it. */
export function sessionKeyHolder({ token }: Session, template: Attributes): Pick<HeldKey, 'holder'> {
  return template.boolean(CKA.PRIVATE) === false ? { holder: token.login.ofSocket } : {};
}
