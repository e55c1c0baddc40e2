import { CKA } from '../codec/constants/attribute-types.ts';
import { CKO } from '../codec/constants/objects.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { KeyUse } from '../mechanisms/key-use.ts';
import { Attributes } from '../objects/attributes.ts';
import { requireKeyWritable } from '../objects/changes.ts';
import type { HeldKey, TokenObject } from '../objects/token-object.ts';
import { bufferOf, fits } from '../operations/output.ts';
import type { CallHandlers } from './handler.ts';
import { type KeyRefusals, mechanismFor, requirePermitted } from './key-permission.ts';
import { wantedSecretKey } from './key-template.ts';
import { bytesOf } from './steps.ts';

const wrappingRefusals: KeyRefusals = {
  type: CKR.WRAPPING_KEY_TYPE_INCONSISTENT,
  size: CKR.WRAPPING_KEY_SIZE_RANGE,
};
const unwrappingRefusals: KeyRefusals = {
  type: CKR.UNWRAPPING_KEY_TYPE_INCONSISTENT,
  size: CKR.UNWRAPPING_KEY_SIZE_RANGE,
};

/** PKCS#11 3.1 sections 5.18.3 and 5.18.4. */
export const wrappingHandlers = {
  async C_WrapKey({ session: handle, mechanism: given, wrappingKey, key, room }, { sessions }) {
    const session = sessions.get(handle);
    const { token } = session;
    if (given === null) throw noMechanism();
    const { mechanism, begin } = mechanismFor(given.mechanism, 'wrap');
    const beginWith = begin(given.parameter);
    const wrapping = token.objects.get(wrappingKey, CKR.WRAPPING_KEY_HANDLE_INVALID);
    const wrapped = token.objects.get(key, CKR.KEY_HANDLE_INVALID);
    requirePermitted(wrapping, mechanism, 'wrap', wrappingRefusals);
    const held = wrappable(wrapped);
    const use = new KeyUse(wrapping, token);
    const { algorithm, wrappedBytes } = beginWith(use);
    const bytes = wrappedBytes((held.algorithm.length ?? 0) / 8);
    // To ask for a length releases nothing.
    if (!fits(bytes, room)) return { wrappedKey: { lengthOnly: bytes } };
    return { wrappedKey: bufferOf(await use.wrap(algorithm, held)) };
  },
  async C_UnwrapKey({ session: handle, mechanism: given, unwrappingKey, wrappedKey, template: asked }, { sessions }) {
    const session = sessions.get(handle);
    const { token } = session;
    if (given === null) throw noMechanism();
    const { mechanism, begin } = mechanismFor(given.mechanism, 'unwrap');
    const beginWith = begin(given.parameter);
    const unwrapping = token.objects.get(unwrappingKey, CKR.UNWRAPPING_KEY_HANDLE_INVALID);
    requirePermitted(unwrapping, mechanism, 'unwrap', unwrappingRefusals);
    const template = Attributes.ofTemplate(asked);
    const wanted = wantedSecretKey(template);
    requireKeyWritable(session, template);
    const use = new KeyUse(unwrapping, token);
    const { sidecar: holder } = use;
    const unwrapped = await use.unwrap(beginWith(use).algorithm, bytesOf(wrappedKey), wanted);
    return { key: token.objects.addSessionKey(session, unwrapped, template, { holder }) };
  },
} satisfies CallHandlers<'C_WrapKey' | 'C_UnwrapKey'>;

/** @throws CryptokiRefusal CKR_KEY_UNEXTRACTABLE, CKR_KEY_NOT_WRAPPABLE for what is no secret key */
function wrappable({ attributes, key }: TokenObject): HeldKey {
  if (key === undefined || attributes.ulong(CKA.CLASS) !== CKO.SECRET_KEY) {
    throw new CryptokiRefusal(CKR.KEY_NOT_WRAPPABLE, 'only secret keys are wrapped');
  }
  if (attributes.boolean(CKA.EXTRACTABLE) === true) return key;
  throw new CryptokiRefusal(CKR.KEY_UNEXTRACTABLE, 'the key is not extractable');
}

function noMechanism(): CryptokiRefusal {
  return new CryptokiRefusal(CKR.MECHANISM_INVALID, 'no mechanism');
}
