import type { Algorithm, Key, KeyUsages } from '@ferrohsm/sdk';
import { CKA } from '../codec/constants/attribute-types.ts';
import { CKO } from '../codec/constants/objects.ts';
import { CKR } from '../codec/constants/return-values.ts';
import type { CkMechanism } from '../codec/mechanism.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { type GeneratedKeys, generatedKeys, type KeyTemplates, usagesOf } from '../generation/generated-keys.ts';
import { createNamedKey } from '../generation/named-keys.ts';
import { sessionKeyHolder } from '../generation/session-key-holder.ts';
import { checkKeyTemplate } from '../generation/template-check.ts';
import { Attributes } from '../objects/attributes.ts';
import { changeObject, requireKeyWritable } from '../objects/changes.ts';
import { createdPairObjects } from '../objects/session-key-objects.ts';
import type { Connection, TokenObject } from '../objects/token-object.ts';
import type { Session } from '../session/session.ts';
import type { CallHandlers } from './handler.ts';

/** Keys are made in the sidecar: on the token named keys, for a session its session keys. */
export const keyGenerationHandlers: CallHandlers<'C_GenerateKey' | 'C_GenerateKeyPair'> = {
  async C_GenerateKey(given, { sessions }) {
    const session = sessions.get(given.session);
    const { maker, mechanism } = makerOf(given.mechanism, false);
    const template = Attributes.ofTemplate(given.template);
    checkKeyTemplate(template, { class: CKO.SECRET_KEY, keyType: maker.keyType });
    const templates = { privateKey: template, publicKey: template };
    return { key: await generateSecret(session, maker, templates, mechanism) };
  },

  async C_GenerateKeyPair(given, { sessions }) {
    const session = sessions.get(given.session);
    const { maker, mechanism } = makerOf(given.mechanism, true);
    const templates = {
      publicKey: Attributes.ofTemplate(given.publicKeyTemplate),
      privateKey: Attributes.ofTemplate(given.privateKeyTemplate),
    };
    checkKeyTemplate(templates.publicKey, { class: CKO.PUBLIC_KEY, keyType: maker.keyType });
    checkKeyTemplate(templates.privateKey, { class: CKO.PRIVATE_KEY, keyType: maker.keyType });
    const [privateKey, publicKey] = await generatePair(session, maker, templates, mechanism);
    return { publicKey, privateKey };
  },
};

function makerOf(
  mechanism: CkMechanism | null,
  isPair: boolean,
): { readonly maker: GeneratedKeys; readonly mechanism: number } {
  const maker = mechanism === null ? undefined : generatedKeys(mechanism.mechanism);
  if (mechanism !== null && maker?.isPair === isPair) return { maker, mechanism: mechanism.mechanism };
  throw new CryptokiRefusal(CKR.MECHANISM_INVALID, 'no mechanism that makes such keys');
}

async function generateSecret(
  session: Session,
  maker: GeneratedKeys,
  templates: KeyTemplates,
  mechanism: number,
): Promise<number> {
  const { objects } = session.token;
  const { privateKey: template } = templates;
  const algorithm = maker.algorithm(templates);
  const usages = usagesOf(maker.usages, templates);
  requireKeyWritable(session, template);
  if (template.boolean(CKA.TOKEN) === true) {
    const [object] = await createNamedKey(session, algorithm, usages, template);
    return addNamed(session, object, template);
  }
  const holder = sessionKeyHolder(session, template);
  const created = await generateSessionKey(holder, algorithm, usages, template);
  return objects.addSessionKey(session, (created as { key: Key }).key, template, { mechanism, holder });
}

async function generatePair(
  session: Session,
  maker: GeneratedKeys,
  templates: KeyTemplates,
  mechanism: number,
): Promise<readonly [privateKey: number, publicKey: number]> {
  const { objects } = session.token;
  const isOnToken = areOnToken(templates);
  const algorithm = maker.algorithm(templates);
  const usages = usagesOf(maker.usages, templates);
  requireKeyWritable(session, templates.privateKey);
  if (isOnToken) {
    const [ofPrivate, ofPublic] = await createNamedKey(session, algorithm, usages, templates.privateKey);
    return [
      await addNamed(session, ofPrivate, templates.privateKey),
      await addNamed(session, ofPublic, templates.publicKey),
    ];
  }
  const holder = sessionKeyHolder(session, templates.privateKey);
  const created = await generateSessionKey(holder, algorithm, usages, templates.privateKey);
  const [ofPrivate, ofPublic] = createdPairObjects(created as { privateKey: Key; publicKey: Key }, templates, {
    mechanism,
    holder,
  });
  return [objects.add(ofPrivate, session), objects.add(ofPublic, session)];
}

function generateSessionKey(holder: Connection, algorithm: Algorithm, usages: KeyUsages, template: Attributes) {
  const extractable = template.boolean(CKA.EXTRACTABLE) === true;
  return holder.call('subtle.generateKey', { algorithm, extractable, usages });
}

/** Both halves lie in the same place: where the private one does, unless the public one is said to lie elsewhere. */
function areOnToken({ privateKey, publicKey }: KeyTemplates): boolean {
  const isOnToken = privateKey.boolean(CKA.TOKEN) === true;
  if ((publicKey.boolean(CKA.TOKEN) ?? isOnToken) === isOnToken) return isOnToken;
  throw new CryptokiRefusal(CKR.TEMPLATE_INCONSISTENT, 'both halves are on the token, or both of the session');
}

/** What a template says beyond what the key itself has: a subject, dates, another label or id for one half. */
const saidOfObjects: readonly number[] = [CKA.LABEL, CKA.ID, CKA.SUBJECT, CKA.START_DATE, CKA.END_DATE];

async function addNamed(session: Session, object: TokenObject | undefined, template: Attributes): Promise<number> {
  if (object === undefined) throw new CryptokiRefusal(CKR.FUNCTION_FAILED, 'the key has no such half');
  const handle = session.token.objects.add(object);
  const said = template.all.filter(
    ({ type, value }) => saidOfObjects.includes(type) && !isSameValue(object.attributes.get(type)?.value, value),
  );
  if (said.length > 0) await changeObject(session, object, new Attributes(said));
  return handle;
}

function isSameValue(one: unknown, other: unknown): boolean {
  return Buffer.isBuffer(one) && Buffer.isBuffer(other) ? one.equals(other) : one === other;
}
