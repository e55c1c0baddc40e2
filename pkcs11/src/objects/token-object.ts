import type { KeyObject } from 'node:crypto';
import type { KeyAlgorithm, KeyUsage } from '@ferrohsm/sdk';
import { CKA } from '../codec/constants/attribute-types.ts';
import type { Sidecar } from '../sidecar.ts';
import type { Attributes } from './attributes.ts';

/** A private or secret key in the sidecar. */
export interface HeldKey {
  /** `key_.../2` of a named key, `ses_...` of a session key. */
  readonly handle: string;
  /** Id of the named key. */
  readonly id?: string;
  readonly algorithm: KeyAlgorithm;
  readonly usages: readonly KeyUsage[];
  /** The connection that a session key lives in: no other knows it. */
  readonly holder?: Connection;
}

/** A connection to the sidecar, as far as keys need it. */
export type Connection = Pick<Sidecar, 'call'>;

/** What an application sees under one handle. */
export interface TokenObject {
  /** The same in every listing, for example `key_.../2/private`. */
  readonly identity: string;
  readonly attributes: Attributes;
  /** Of a private or secret key. */
  readonly key?: HeldKey;
  /** Of a public key. */
  readonly publicKey?: KeyObject;
  /** Where its attributes are stored in the sidecar: the id of a stored object. */
  readonly storedAs?: string;
}

/** Whether it is shown only to who has logged in, where a login is needed. */
export function isPrivate({ attributes }: TokenObject): boolean {
  return attributes.boolean(CKA.PRIVATE) === true;
}

/** Whether it outlives its session. */
export function isOnToken({ attributes }: TokenObject): boolean {
  return attributes.boolean(CKA.TOKEN) === true;
}
