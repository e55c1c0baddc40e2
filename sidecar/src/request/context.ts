import type { LoadedKey } from '../crypto/key.ts';
import type { ErrorCode } from '../generated/errors.ts';
import type { MethodTraits } from '../generated/methods.ts';
import type {
  Approval,
  Decision,
  KeyState,
  KeyUsage,
  MethodName,
  MethodTypes,
  MinimumVersions,
  Principal,
  RotationSchedule,
} from '../generated/types.ts';
import type { Identity } from '../identity/authenticator.ts';
import type { SessionKeys } from '../keystore/session-keys.ts';
import type { PolicyResource } from '../policy/engine.ts';
import type { Peer } from '../transport/connection.ts';
import type { KnownDigests } from './digest-aside.ts';

/** One connection and what its `system.hello` settled. */
export interface Session {
  readonly id: string;
  /** `system.hello` over the link of the PKCS#11 front process puts the one in its place whom that speaks for. */
  peer: Peer;
  readonly keys: SessionKeys<HeldKey>;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  /** Milliseconds since 1970 of its last call. */
  usedAt: number;
  /** Calls that are not answered yet. */
  underWay: number;
  /** Set by `system.hello`; until then every other method is refused. */
  identity: Identity | undefined;
  /** An emergency session acts as this principal until then. */
  elevation?: Elevation;
  /** Nothing more is answered. */
  isRevoked: boolean;
  /** Ends the connection, with a last message that says why. */
  end(reason?: ErrorCode): void;
  /** The peer sends and receives raw attachments. */
  attachments: boolean;
}

/** The role BreakGlass, for a while. */
export interface Elevation {
  /** Who it was before: whoever is changed meanwhile does not keep the emergency's role. */
  readonly from: Principal;
  readonly principal: Principal;
  /** Milliseconds since 1970. */
  readonly untilMs: number;
}

/** A key that an operation may compute with, and how the policy sees it. */
export interface HeldKey {
  readonly scope: 'session' | 'named';
  readonly key: LoadedKey;
  readonly resource: PolicyResource;
  /** Of a named key. */
  readonly name?: string;
  /** Of a named key: its version, from 1. */
  readonly version?: number;
  /** Of a named key: changes with the key, so that an approval fits no other state of it. */
  readonly etag?: string;
  readonly state?: KeyState;
  /** Milliseconds since 1970: an active or suspended version counts as deactivated from then on. */
  readonly endsAt?: number | undefined;
  /** Of a named key: the usages of the pair, those of its other half included. */
  readonly pairUsages?: readonly KeyUsage[] | undefined;
  /** Of a named key: when its next version is made by itself. */
  readonly rotation?: RotationSchedule | undefined;
  /** Of a named key: the oldest versions that are still good for something. */
  readonly minimumVersions?: MinimumVersions | undefined;
}

/** One request as it arrived: nothing of it is trusted yet. */
export interface Call {
  readonly session: Session;
  readonly method: MethodName;
  readonly traits: MethodTraits;
  readonly params: unknown;
  readonly attachments: readonly Buffer[];
  /** As its caller numbers it: JSON-RPC's `id`, or what stands for it elsewhere. */
  readonly requestId: string | number;
  /** Of `performance.now()`, when it arrived. */
  readonly receivedMs: number;
  /** The change is meant for the key or object in one of these states, as `keyEtag` names them; `*` for any. */
  readonly ifMatch?: readonly string[];
  /** W3C Trace Context of the caller, as it was sent: it may be malformed. */
  readonly traceParent?: string;
  /** Takes the receipt of its record, where the caller asked for one. */
  readonly receiptTo?: (receipt: string) => void;
}

/** What an operation acts upon, found before it is authorized. */
export interface Target {
  /** Key handle, key name, id of an approval or a stored object, `session` or `system`. */
  readonly id: string;
  readonly resource: PolicyResource;
  /** Changes with what is acted upon; empty where there is nothing that changes. */
  readonly etag: string;
  /** Every key that the parameters name, by its handle. */
  readonly keys: ReadonlyMap<string, HeldKey>;
  /** What else has to be permitted: the keys beside the target, each for its own action. */
  readonly others: readonly Subject[];
  /** What would open again what leaves wrapped. */
  readonly openers?: readonly Subject[];
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
  identity?: Identity;
  principal?: Principal;
  /** Schema-valid params, bytes decoded. */
  params?: object;
  target?: Target;
  /** How the secret that it releases is wrapped; undefined where it leaves as good as it is, and where none leaves. */
  wrapping?: string | undefined;
  decision?: Decision;
  /** SHA-256 of the policies that decided, base64url. */
  policyHash?: string;
  /** A read whose policies say that it leaves no record. */
  leavesNoRecord?: boolean;
  /** Approvals that the policy asks for beyond what there is. */
  approvalsNeeded?: number;
  /** What other people consented to: this very operation. */
  approval?: Approval;
  /** Named in the intent: no other is used up by this call. */
  intendedApproval?: string | undefined;
  /** The approval has been used up by this call. */
  isRedeemed?: boolean;
  /** An approval was used up or given back, so that the store is another one. */
  hasChangedStore?: boolean;
  /** Gives back what the limits of use counted as under way. */
  leave?: () => void;
  /** Joins the intent with the result. */
  intent?: string;
  /** Digests of long inputs that are under way; undefined where none is, or where they failed. */
  digests?: Promise<KnownDigests | undefined>;
}

/** What a handler gets besides its params. */
export interface Execution {
  readonly identity: Identity;
  readonly principal: Principal;
  /** Id of the approval that let it through. */
  readonly approval: string | undefined;
  readonly session: Session;
  /** What was found by the params: a key handle, a key name, `session` or `system`. */
  readonly target: string;
  /** The authorized key of that handle. */
  key(handle: string): LoadedKey;
  /** The key of that handle as other people consented to release it: then a named key is extractable. */
  released(handle: string): LoadedKey;
  /** For the very moment of a change: throws `OutdatedDecision` when it has to be decided once more. */
  readonly requireCurrent?: (() => void) | undefined;
  /**
   * For the very moment of a change of what no policy decision depends on: the caller means it as it is.
   *
   * @throws SidecarError `precondition_failed`
   */
  requireEtag(etag: string): void;
  /** Decides once more what took long. */
  readonly renew?: (() => Promise<void>) | undefined;
  /** Approvals that this call has used up. */
  readonly approvals: number;
  /** Keyed digest of the params, the same for a repeated request. */
  readonly requestDigest: string;
}

/** The handler of one method. */
export type Handler<M extends MethodName> = (
  params: MethodTypes[M]['params'],
  execution: Execution,
) => Promise<MethodTypes[M]['result']>;

export type Handlers = { readonly [M in MethodName]: Handler<M> };

/** Hears how each request ended: `ok`, or the code of its refusal. */
export type OnAnswered = (call: Call, code: 'ok' | ErrorCode) => void;

/** How an operation ended, for its record. */
export type Outcome =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'denied' | 'failed' | 'pending'; readonly error: ErrorCode };
