import { CKA } from '../codec/constants/attribute-types.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { sessionKeyHolder } from '../generation/session-key-holder.ts';
import type { Attributes } from '../objects/attributes.ts';
import { releaseBytes } from '../released-bytes.ts';
import type { Session } from '../session/session.ts';
import { wantedSecretKey } from './key-template.ts';

/**
 * C_CreateObject of a secret key: a key of the session, as WebCrypto's importKey makes it. What is to stay comes in by
 * `ferrohsm key import`, which other people approve.
 *
 * @returns the handle
 * @throws CryptokiRefusal CKR_TEMPLATE_INCOMPLETE, CKR_TEMPLATE_INCONSISTENT for a key of the token or of a type that is
 *   not served, CKR_ATTRIBUTE_VALUE_INVALID for a value of the wrong length
 */
export async function importSecretKey(session: Session, template: Attributes): Promise<number> {
  const keyData = template.bytes(CKA.VALUE);
  if (keyData === undefined) throw new CryptokiRefusal(CKR.TEMPLATE_INCOMPLETE, 'no CKA_VALUE');
  const { algorithm, usages, isExtractable } = wantedSecretKey(template);
  const making = sessionKeyHolder(session, template);
  const sidecar = making.holder ?? session.token.sidecar;
  try {
    const { key } = await sidecar.call('subtle.importKey', {
      format: 'raw-secret',
      keyData,
      algorithm,
      extractable: isExtractable,
      usages: [...usages],
    });
    return session.token.objects.addSessionKey(session, key, template, making);
  } finally {
    releaseBytes(keyData);
  }
}
