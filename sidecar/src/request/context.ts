import type { LoadedKey } from '../crypto/key.ts';
import type { ErrorCode } from '../generated/errors.ts';
import type { MethodTraits } from '../generated/methods.ts';
import type { Decision, KeyState, MethodName, MethodTypes, Principal } from '../generated/types.ts';
import type { SessionKeys } from '../keystore/session-keys.ts';
import type { PolicyResource } from '../policy/engine.ts';
import type { Peer } from '../transport/connection.ts';

/** One connection and what its `system.hello` settled. */
export interface Session {
  readonly id: string;
  readonly peer: Peer;
  readonly keys: SessionKeys<HeldKey>;
  /** Set by `system.hello`; until then every other method is refused. */
  principal: Principal | undefined;
  /** The peer sends and receives raw attachments. */
  attachments: boolean;
}

/** A key that an operation may compute with, and how the policy sees it. */
export interface HeldKey {
  readonly scope: 'session' | 'named';
  readonly key: LoadedKey;
  readonly resource: PolicyResource;
  /** Of a named key. */
  readonly name?: string;
  readonly state?: KeyState;
}

/** One request as it arrived: nothing of it is trusted yet. */
export interface Call {
  readonly session: Session;
  readonly method: MethodName;
  readonly traits: MethodTraits;
  readonly params: unknown;
  readonly attachments: readonly Buffer[];
}

/** What an operation acts upon, found before it is authorized. */
export interface Target {
  /** Key handle, key name, `session` or `system`. */
  readonly id: string;
  readonly resource: PolicyResource;
  /** Every key that the parameters name, by its handle. */
  readonly keys: ReadonlyMap<string, HeldKey>;
  /** What else has to be permitted: the keys beside the target, each for its own action. */
  readonly others: readonly Subject[];
}

/** What the policy is asked about. */
export interface Subject {
  readonly id: string;
  readonly resource: PolicyResource;
  readonly action: string;
}

/** What is known of an operation so far; a refusal is recorded from it wherever it happens. */
export interface Trail {
  readonly call: Call;
  principal?: Principal;
  /** Schema-valid params, bytes decoded. */
  params?: object;
  target?: Target;
  decision?: Decision;
  /** Approvals that the policy asks for beyond what there is. */
  approvalsNeeded?: number;
  /** Joins the intent with the result. */
  intent?: string;
}

/** What a handler gets besides its params. */
export interface Execution {
  readonly principal: Principal;
  readonly session: Session;
  /** The authorized key of that handle. */
  key(handle: string): LoadedKey;
  /** Keyed digest of the params, the same for a repeated request. */
  readonly requestDigest: string;
}

/** The handler of one method. */
export type Handler<M extends MethodName> = (
  params: MethodTypes[M]['params'],
  execution: Execution,
) => Promise<MethodTypes[M]['result']>;

export type Handlers = { readonly [M in MethodName]: Handler<M> };

/** How an operation ended, for its record. */
export type Outcome =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'denied' | 'failed' | 'pending'; readonly error: ErrorCode };
