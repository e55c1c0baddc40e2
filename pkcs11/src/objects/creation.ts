import { randomUUID } from 'node:crypto';
import { CKA } from '../codec/constants/attribute-types.ts';
import { CKC, CKO } from '../codec/constants/objects.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { Session } from '../session/session.ts';
import { Attributes, attributeOf } from './attributes.ts';
import { requireWritable } from './changes.ts';
import { importedPublicKey } from './imported-public-key.ts';
import { storedAttributes, storedObject } from './stored-objects.ts';
import type { TokenObject } from './token-object.ts';

/** What C_CreateObject takes of a class. */
interface CreatableClass {
  readonly kind: 'certificate' | 'public-key' | 'data';
  readonly required: readonly number[];
  readonly allowed: readonly number[];
  readonly defaults: Attributes;
}

const ofAll: readonly number[] = [
  CKA.CLASS,
  CKA.TOKEN,
  CKA.PRIVATE,
  CKA.MODIFIABLE,
  CKA.COPYABLE,
  CKA.DESTROYABLE,
  CKA.LABEL,
];
const nothing = Buffer.alloc(0);

const creatable: Readonly<Record<number, CreatableClass>> = {
  [CKO.DATA]: {
    kind: 'data',
    required: [],
    allowed: [CKA.APPLICATION, CKA.OBJECT_ID, CKA.VALUE],
    defaults: new Attributes([CKA.APPLICATION, CKA.OBJECT_ID, CKA.VALUE].map((type) => attributeOf(type, nothing))),
  },
  [CKO.CERTIFICATE]: {
    kind: 'certificate',
    required: [CKA.CERTIFICATE_TYPE, CKA.VALUE],
    allowed: [
      ...[CKA.CERTIFICATE_TYPE, CKA.TRUSTED, CKA.CERTIFICATE_CATEGORY, CKA.CHECK_VALUE, CKA.START_DATE, CKA.END_DATE],
      ...[CKA.SUBJECT, CKA.ID, CKA.ISSUER, CKA.SERIAL_NUMBER, CKA.VALUE, CKA.URL, CKA.HASH_OF_SUBJECT_PUBLIC_KEY],
      ...[CKA.HASH_OF_ISSUER_PUBLIC_KEY, CKA.JAVA_MIDP_SECURITY_DOMAIN, CKA.NAME_HASH_ALGORITHM, CKA.PUBLIC_KEY_INFO],
    ],
    defaults: new Attributes([
      attributeOf(CKA.TRUSTED, false),
      attributeOf(CKA.CERTIFICATE_CATEGORY, 0),
      ...[CKA.SUBJECT, CKA.ID, CKA.ISSUER, CKA.SERIAL_NUMBER].map((type) => attributeOf(type, nothing)),
      ...[CKA.START_DATE, CKA.END_DATE].map((type) => attributeOf(type, '')),
    ]),
  },
  [CKO.PUBLIC_KEY]: {
    kind: 'public-key',
    required: [CKA.KEY_TYPE],
    allowed: [
      ...[CKA.KEY_TYPE, CKA.ID, CKA.START_DATE, CKA.END_DATE, CKA.DERIVE, CKA.SUBJECT, CKA.ENCRYPT, CKA.VERIFY],
      ...[CKA.VERIFY_RECOVER, CKA.WRAP, CKA.TRUSTED, CKA.MODULUS, CKA.MODULUS_BITS, CKA.PUBLIC_EXPONENT, CKA.EC_PARAMS],
      ...[CKA.EC_POINT, CKA.PARAMETER_SET, CKA.VALUE, CKA.PUBLIC_KEY_INFO, CKA.ENCAPSULATE, CKA.LOCAL],
    ],
    defaults: new Attributes([
      ...[CKA.ENCRYPT, CKA.VERIFY, CKA.VERIFY_RECOVER, CKA.WRAP].map((type) => attributeOf(type, true)),
      ...[CKA.DERIVE, CKA.LOCAL, CKA.TRUSTED].map((type) => attributeOf(type, false)),
      ...[CKA.ID, CKA.SUBJECT].map((type) => attributeOf(type, nothing)),
      ...[CKA.START_DATE, CKA.END_DATE].map((type) => attributeOf(type, '')),
    ]),
  },
};

/**
 * C_CreateObject: certificates, public keys and data. Private keys are made in the sidecar, or come in by `ferrohsm key
 * import`, which other people approve.
 *
 * @returns the handle
 * @throws CryptokiRefusal CKR_TEMPLATE_INCOMPLETE, CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_TYPE_INVALID,
 *   CKR_ATTRIBUTE_VALUE_INVALID, CKR_SESSION_READ_ONLY
 */
export async function createObject(session: Session, template: Attributes): Promise<number> {
  const { kind, required, allowed, defaults } = classOf(template);
  for (const type of required) {
    if (!template.has(type)) throw new CryptokiRefusal(CKR.TEMPLATE_INCOMPLETE, `no attribute 0x${type.toString(16)}`);
  }
  const strange = template.types.find((type) => !ofAll.includes(type) && !allowed.includes(type));
  if (strange !== undefined) {
    throw new CryptokiRefusal(CKR.ATTRIBUTE_TYPE_INVALID, `no attribute 0x${strange.toString(16)} in this class`);
  }
  requireKnownCertificate(template);
  const attributes = commonDefaults.with(defaults).with(template);
  requireWritable(session, { attributes });
  // Refuses what is no key before anything is stored.
  const publicKey = importedPublicKey(attributes);
  if (attributes.boolean(CKA.TOKEN) !== true) {
    return session.token.objects.add(sessionObject(attributes, publicKey), session);
  }
  return session.token.objects.add(await storeOnToken(session, kind, attributes));
}

async function storeOnToken(
  session: Session,
  kind: CreatableClass['kind'],
  attributes: Attributes,
): Promise<TokenObject> {
  const stored = storedAttributes(attributes);
  const { record } = await session.token.sidecar.call('pkcs11Objects.create', {
    kind,
    attributes: stored,
    requestId: randomUUID(),
  });
  return storedObject(record.id, stored);
}

function sessionObject(attributes: Attributes, publicKey: TokenObject['publicKey']): TokenObject {
  const identity = `session/${randomUUID()}`;
  const unique = new Attributes([attributeOf(CKA.UNIQUE_ID, Buffer.from(identity, 'latin1'))]);
  return { identity, attributes: attributes.with(unique), ...(publicKey && { publicKey }) };
}

const commonDefaults = new Attributes([
  attributeOf(CKA.TOKEN, false),
  attributeOf(CKA.PRIVATE, false),
  attributeOf(CKA.MODIFIABLE, true),
  attributeOf(CKA.COPYABLE, true),
  attributeOf(CKA.LABEL, nothing),
]);

function classOf(template: Attributes): CreatableClass {
  const objectClass = template.ulong(CKA.CLASS);
  if (objectClass === undefined) throw new CryptokiRefusal(CKR.TEMPLATE_INCOMPLETE, 'no CKA_CLASS');
  if (objectClass === CKO.PRIVATE_KEY) {
    throw new CryptokiRefusal(CKR.TEMPLATE_INCONSISTENT, 'private keys do not come in this way');
  }
  const found = creatable[Number(objectClass)];
  if (found === undefined) throw new CryptokiRefusal(CKR.ATTRIBUTE_VALUE_INVALID, `no class ${objectClass} here`);
  return found;
}

function requireKnownCertificate(template: Attributes): void {
  const type = template.ulong(CKA.CERTIFICATE_TYPE);
  if (type === undefined || type === CKC.X_509) return;
  throw new CryptokiRefusal(CKR.ATTRIBUTE_VALUE_INVALID, 'certificates are X.509');
}
