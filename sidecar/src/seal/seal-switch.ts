import type { Sealing } from '../crypto/sealing.ts';
import { SidecarError } from '../errors.ts';
import type { SystemUnsealResult, UnsealProgress } from '../generated/types.ts';
import { createInTurn } from '../in-turn.ts';
import type { SidecarOptions } from '../options.ts';
import type { Peer } from '../peer.ts';
import type { Session } from '../request/context.ts';
import { Gate } from '../request/gate.ts';
import type { RootKeyProvider } from '../root-key/provider.ts';
import type { ShareCollection } from '../root-key/share-collection.ts';
import type { Secret } from '../secret.ts';
import type { SteadyClock } from '../steady-clock.ts';
import type { Connection, ConnectionHandler } from '../transport/connection.ts';
import { openUnsealed, type Unsealed, type UnsealedParts } from '../unsealed.ts';
import type { RootKeySource } from './root-key-source.ts';
import { createSealedFlow, type SealedFlow } from './sealed-flow.ts';
import { createUnsealAttempts, type UnsealAttempts } from './unseal-attempts.ts';

export interface SealSwitchOptions {
  readonly options: SidecarOptions;
  readonly sealing: Sealing;
  readonly source: RootKeySource;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly clock: SteadyClock;
}

/** From the start or a sealing to the next root key. */
interface SealedTime {
  readonly flow: SealedFlow;
  readonly gate: Gate;
}

const nothing = (): void => undefined;

/**
 * Sealed or not, behind the same sockets. A sealed sidecar collects shares or has its root key obtained, and then builds
 * all that needs it; sealing takes all of that down and wipes it. Connections end with the time that they were opened in,
 * because a sealed sidecar knows nobody.
 */
export class SealSwitch {
  readonly #parts: SealSwitchOptions;
  readonly #attempts: UnsealAttempts;
  readonly #inTurn = createInTurn();
  #sealed: SealedTime | undefined;
  #shares: ShareCollection | undefined;
  #unsealed: Unsealed | undefined;

  /**
   * Obtains the root key and unseals; with shares it starts sealed.
   *
   * @throws SidecarError as the provider and `openUnsealed`; `config_invalid` without parameters of the shares
   */
  static async start(parts: SealSwitchOptions): Promise<SealSwitch> {
    const seal = new SealSwitch(parts);
    if (parts.source.kind === 'shares') seal.#shares = parts.source.collect();
    else await seal.#unsealByProvider(parts.source.provider);
    return seal;
  }

  private constructor(parts: SealSwitchOptions) {
    this.#parts = parts;
    this.#attempts = createUnsealAttempts(parts.clock.now);
    this.#sealed = this.#sealedTime();
  }

  get isSealed(): boolean {
    return this.#unsealed === undefined;
  }

  get asksForProcess(): boolean {
    return this.#unsealed?.asksForProcess ?? false;
  }

  accept(connection: Connection): ConnectionHandler {
    const { accept } = this.#unsealed ?? this.#sealedTime().flow;
    return accept(connection);
  }

  /** Ends all that is under way. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      const unsealed = this.#unsealed;
      this.#unsealed = undefined;
      this.#shares?.clear();
      await unsealed?.close();
    });
  }

  #sealedTime(): SealedTime {
    if (this.#sealed !== undefined) return this.#sealed;
    const { startedAt, clock, options } = this.#parts;
    const gate = new Gate();
    const flow = createSealedFlow({
      gate,
      startedAt,
      now: clock.now,
      progress: () => this.#progress(),
      unseal: (share, peer) => this.#inTurn(() => this.#unseal(share, peer)),
      onUnexpected: options.onError ?? nothing,
    });
    this.#sealed = { gate, flow };
    return this.#sealed;
  }

  #progress(): UnsealProgress | undefined {
    const { source } = this.#parts;
    if (source.kind !== 'shares') return undefined;
    this.#shares ??= source.collect();
    return this.#shares.progress;
  }

  async #unseal(share: Secret | undefined, peer: Peer): Promise<SystemUnsealResult> {
    const { source } = this.#parts;
    if (!this.isSealed) return { sealed: false };
    if (source.kind === 'shares') return this.#unsealByShare(share, peer, source.collect);
    if (share !== undefined) throw new SidecarError('invalid_params', 'share: the root key is not in shares');
    requireOperator(peer);
    await this.#unsealByProvider(source.provider, peer);
    return { sealed: false };
  }

  async #unsealByProvider(provider: RootKeyProvider, peer?: Peer): Promise<void> {
    const { rootKey, next, notice } = await provider.obtain();
    using obtained = rootKey;
    using successor = next;
    if (notice !== undefined) this.#parts.options.onNotice?.(notice);
    if (peer !== undefined) this.#attempts.succeeded(peer);
    const { succession } = provider;
    await this.#open(successor === undefined ? [obtained] : [obtained, successor], {
      succession,
      // A crash came after the store went over to it.
      onRootKey: (opened) => opened === successor && succession?.commit(),
    });
  }

  async #unsealByShare(
    share: Secret | undefined,
    peer: Peer,
    collect: () => ShareCollection,
  ): Promise<SystemUnsealResult> {
    this.#shares ??= collect();
    const shares = this.#shares;
    this.#addShare(shares, share, peer);
    const { progress } = shares;
    if (progress.have < progress.need) return { sealed: true, progress };
    try {
      using rootKey = shares.combine();
      await this.#open([rootKey]);
    } catch (error) {
      // The operator has to know as well: most likely a file of the configuration is not valid.
      this.#parts.options.onError?.(error, 'system.unseal');
      throw error;
    } finally {
      // Also when the store did not open: whoever tries again brings shares again.
      shares.clear();
      this.#shares = undefined;
    }
    return { sealed: false, progress };
  }

  #addShare(shares: ShareCollection, share: Secret | undefined, peer: Peer): void {
    if (share === undefined) throw new SidecarError('share_missing', 'none was given');
    this.#attempts.admit(peer);
    try {
      this.#attempts.succeeded(peer, shares.add(share.bytes));
    } catch (error) {
      if (error instanceof SidecarError) this.#attempts.failed(peer, error.code);
      throw error;
    }
  }

  async #open(
    rootKeys: UnsealedParts['rootKeys'],
    more: Pick<UnsealedParts, 'onRootKey' | 'succession'> = {},
  ): Promise<void> {
    const { options, sealing, startedAt, clock } = this.#parts;
    const attempts = this.#attempts.records();
    const unsealed = await openUnsealed({
      options,
      sealing,
      rootKeys,
      ...more,
      startedAt,
      clock,
      attempts,
      seal: (requester) => this.#inTurn(() => this.#seal(unsealed, requester)),
    });
    this.#attempts.forget();
    this.#unsealed = unsealed;
    this.#endSealedTime();
  }

  /** Its connections know nobody: each is told so by its next call, and ends. */
  #endSealedTime(): void {
    this.#sealed?.gate.shut(() => new SidecarError('unauthenticated', 'the sidecar was unsealed: connect again'));
    this.#sealed = undefined;
  }

  async #seal(unsealed: Unsealed, requester: Session): Promise<void> {
    if (this.#unsealed !== unsealed) return;
    try {
      await unsealed.close();
    } finally {
      this.#unsealed = undefined;
      for (const session of unsealed.sessions) {
        session.keys.clear();
        if (session !== requester) session.end('sealed');
      }
      setImmediate(() => requester.end());
    }
  }
}

/** Whoever runs as this user could start the sidecar anew, so that sealing holds nobody else up. */
function requireOperator(peer: Peer): void {
  const uid = peer.transport === 'unix' ? peer.uid : undefined;
  if (uid !== undefined && (uid === 0 || uid === process.geteuid?.())) return;
  throw new SidecarError('permission_denied', 'only root and the user of the sidecar can have its root key obtained');
}
