import type { Principal } from '../generated/types.ts';

/** An attribute as policies see it; labels are a record and become the entity's tags, lists are sets of ids. */
export type PolicyValue = string | number | boolean | readonly string[] | Readonly<Record<string, string>>;

/**
 * What an operation acts upon. A `Key` needs `owner` (principal id), `algorithm` (its name), `multipurpose`, `keyType`, `scope`
 * (`named` or `session`), `extractable`, `labels`, what `strengthOf` tells and the grants `usedBy` and `usedByGroups`,
 * and has `name`, `state` and `environment` where there are any; a `KeyName` has of these what is known; a `Session` has
 * the algorithm of the session key that is about to be made. An `Approval` has `operation` and `requester`, and of the
 * key that it is about `keyName`, `owner` and `labels`. A `Pkcs11Object` has `owner` and `kind`. Missing or unknown
 * attributes deny.
 *
 * Freeze it and its attributes where it lives long: the cache then finds it by identity.
 */
export interface PolicyResource {
  readonly type: 'Key' | 'KeyName' | 'Approval' | 'Pkcs11Object' | 'Session' | 'System';
  readonly id: string;
  readonly attributes: Readonly<Record<string, PolicyValue>>;
}

/** A request's circumstances: whatever may differ between two requests of one principal for one key. */
export interface PolicyContext {
  /** Valid approvals of this exact operation by people who may approve it. */
  readonly approvals: number;
  readonly transport: 'unix' | 'websocket' | 'rest';
  /** Name of the Unix listener, or the peer's address. */
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** How a secret is wrapped on its way out; absent where it leaves as it is, the caller may open it again, or none leaves. */
  readonly wrapping?: string | undefined;
}

/** May this principal do this to that, now? */
export interface PolicyRequest {
  readonly principal: Principal;
  /** The action of the method's schema, for example `subtle.sign`. */
  readonly action: string;
  readonly resource: PolicyResource;
  readonly context: PolicyContext;
}
