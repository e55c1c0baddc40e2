import { randomUUID } from 'node:crypto';
import type { Algorithm, KeyUsages, Labels } from '@ferrohsm/sdk';
import { CKA } from '../codec/constants/attribute-types.ts';
import type { Attributes } from '../objects/attributes.ts';
import { labelOfId, labelOfLabel, namedKeyObjects } from '../objects/named-key-objects.ts';
import type { TokenObject } from '../objects/token-object.ts';
import type { Session } from '../session/session.ts';
import { keyName } from './key-name.ts';

/** What may be said of a key in a label of the sidecar. */
const labelText = /^\P{Cc}{1,256}$/u;

/**
 * Makes a named key: what its template says of label and id is part of it, in one commit.
 *
 * @returns its objects: a secret key, or a private and a public key
 */
export async function createNamedKey(
  session: Session,
  algorithm: Algorithm,
  usages: KeyUsages,
  template: Attributes,
): Promise<readonly TokenObject[]> {
  const { sidecar, objects } = session.token;
  const label = template.bytes(CKA.LABEL)?.toString('utf8') ?? '';
  const { record } = await sidecar.call('keys.create', {
    name: keyName(objects.collection, label),
    algorithm,
    usages,
    labels: labelsOf(label, template.bytes(CKA.ID)),
    requestId: randomUUID(),
  });
  return namedKeyObjects(record);
}

function labelsOf(label: string, id: Buffer | undefined): Labels {
  return {
    ...(labelText.test(label) && { [labelOfLabel]: label }),
    ...(id !== undefined && id.length > 0 && id.length <= 128 && { [labelOfId]: id.toString('hex') }),
  };
}
