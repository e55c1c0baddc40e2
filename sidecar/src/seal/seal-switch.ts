import type { Sealing } from '../crypto/sealing.ts';
import { SidecarError } from '../errors.ts';
import type { SystemUnsealResult } from '../generated/types.ts';
import { createInTurn } from '../in-turn.ts';
import { WrongRootKey } from '../keystore/keystore.ts';
import type { SidecarOptions } from '../options.ts';
import type { Peer } from '../peer.ts';
import type { Session } from '../request/context.ts';
import { Gate } from '../request/gate.ts';
import type { RootKeyProvider, RootKeySuccession } from '../root-key/provider.ts';
import type { CollectedSet, ShareSets } from '../root-key/share-sets.ts';
import type { Secret } from '../secret.ts';
import type { SteadyClock } from '../steady-clock.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Vitals } from '../telemetry/vitals.ts';
import type { Connection, ConnectionHandler } from '../transport/connection.ts';
import { openUnsealed, type Unsealed } from '../unsealed.ts';
import { createNextShares } from './next-shares.ts';
import { openProvided } from './provided-opening.ts';
import type { RootKeySource, ShareSource } from './root-key-source.ts';
import { createSealedFlow, type SealedFlow, type SealedProgress } from './sealed-flow.ts';
import { createUnsealAttempts, type UnsealAttempts } from './unseal-attempts.ts';

export interface SealSwitchOptions {
  readonly options: SidecarOptions;
  readonly sealing: Sealing;
  readonly source: RootKeySource;
  readonly telemetry: Telemetry;
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
  #shares: ShareSets | undefined;
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

  /** Of a sidecar that is unsealed. */
  get vitals(): Vitals | undefined {
    return this.#unsealed?.vitals;
  }

  /** The open connections. */
  get sessions(): ReadonlySet<Session> {
    return this.#unsealed?.sessions ?? this.#sealedTime().flow.sessions;
  }

  get asksForProcess(): boolean {
    return this.#unsealed?.asksForProcess ?? false;
  }

  accept(connection: Connection): ConnectionHandler {
    const { accept } = this.#unsealed ?? this.#sealedTime().flow;
    return accept(connection);
  }

  /** Puts on record which configuration file is in force from now on; while sealed, the next start of the log does. */
  async recordConfiguration(): Promise<void> {
    await this.#inTurn(async () => this.#unsealed?.recordConfiguration());
  }

  /** Ends all that is under way. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      const unsealed = this.#unsealed;
      this.#unsealed = undefined;
      await unsealed?.close();
      // A call that was under way may have given one.
      this.#dropShares();
    });
  }

  #sealedTime(): SealedTime {
    if (this.#sealed !== undefined) return this.#sealed;
    const { startedAt, clock, options, telemetry } = this.#parts;
    const gate = new Gate();
    const flow = createSealedFlow({
      gate,
      startedAt,
      now: clock.now,
      progress: () => this.#progress(),
      unseal: (share, peer) => this.#inTurn(() => this.#unseal(share, peer)),
      telemetry,
      onUnexpected: options.onError ?? nothing,
    });
    this.#sealed = { gate, flow };
    return this.#sealed;
  }

  #progress(): SealedProgress {
    const { source } = this.#parts;
    if (source.kind !== 'shares') return {};
    this.#shares ??= source.collect();
    return this.#shares.progress;
  }

  async #unseal(share: Secret | undefined, peer: Peer): Promise<SystemUnsealResult> {
    const { source } = this.#parts;
    if (!this.isSealed) return { sealed: false };
    if (source.kind === 'shares') return this.#unsealByShare(share, peer, source);
    if (share !== undefined) throw new SidecarError('invalid_params', 'share: the root key is not in shares');
    requireOperator(peer);
    await this.#unsealByProvider(source.provider, peer);
    return { sealed: false };
  }

  async #unsealByProvider(provider: RootKeyProvider, peer?: Peer): Promise<void> {
    const obtained = await provider.obtain();
    if (obtained.notice !== undefined) this.#notice(obtained.notice);
    if (peer !== undefined) this.#attempts.succeeded(peer);
    await openProvided(obtained, provider, (rootKey, isNext) => this.#open(rootKey, isNext));
  }

  async #unsealByShare(
    share: Secret | undefined,
    peer: Peer,
    { collect, succession }: ShareSource,
  ): Promise<SystemUnsealResult> {
    this.#shares ??= collect();
    const sets = this.#shares;
    const given = this.#addShare(sets, share, peer);
    const { progress } = given.shares;
    if (progress.have < progress.need) return { sealed: true, progress };
    try {
      if (given.isNext) succession.proved(given.shares);
      await this.#openByShares(given, sets);
    } catch (error) {
      // The operator has to know as well: most likely a file of the configuration is not valid.
      this.#parts.options.onError?.(error, 'system.unseal');
      throw error;
    } finally {
      // Also when the store did not open: whoever tries again brings shares again.
      this.#dropShares();
    }
    return { sealed: false, progress };
  }

  async #openByShares(given: CollectedSet, sets: ShareSets): Promise<void> {
    using rootKey = given.shares.combine();
    try {
      await this.#open(rootKey, given.isNext);
    } catch (error) {
      throw error instanceof WrongRootKey ? (sets.refusalOf(given) ?? error) : error;
    }
  }

  #addShare(sets: ShareSets, share: Secret | undefined, peer: Peer): CollectedSet {
    if (share === undefined) throw new SidecarError('share_missing', 'none was given');
    this.#attempts.admit(peer);
    try {
      const given = sets.add(share.bytes);
      this.#attempts.succeeded(peer, given.index);
      return given;
    } catch (error) {
      if (error instanceof SidecarError) this.#attempts.failed(peer, error.code);
      throw error;
    }
  }

  #dropShares(): void {
    const { source } = this.#parts;
    this.#shares?.clear();
    this.#shares = undefined;
    if (source.kind === 'shares') source.succession.clear();
  }

  /** @param isNext the root key is the successor: a crash came after the store went over to it */
  async #open(rootKey: Secret, isNext: boolean): Promise<void> {
    const { options, sealing, source, telemetry, startedAt, clock } = this.#parts;
    const succession = this.#toldOf(source.succession);
    const unsealed = await openUnsealed({
      options,
      sealing,
      rootKey,
      onRootKey: () => isNext && this.#commitLate(succession),
      succession,
      nextShares: (log) =>
        source.kind === 'shares' ? createNextShares(source.succession, this.#attempts, log) : undefined,
      startedAt,
      clock,
      telemetry,
      attempts: this.#attempts.records(),
      seal: (requester) => this.#inTurn(() => this.#seal(unsealed, requester)),
    });
    this.#attempts.forget();
    this.#unsealed = unsealed;
    telemetry.operatorLog.write('info', 'unsealed');
    this.#endSealedTime();
  }

  /** Whoever operates the sidecar may be another person than the one who had its root key changed. */
  #toldOf(succession: RootKeySuccession): RootKeySuccession {
    return {
      prepare: () => succession.prepare(),
      commit: () => {
        const notice = succession.commit();
        this.#notice(notice);
        return notice;
      },
    };
  }

  /** The successor opened the store: that it cannot take the place of the other one is no reason to stay closed. */
  #commitLate(succession: RootKeySuccession): void {
    try {
      succession.commit();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#notice(
        `the keystore is under the next root key, which cannot take the place of the earlier one: ${reason}`,
      );
    }
  }

  #notice(notice: string): void {
    this.#parts.options.onNotice?.(notice);
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
      this.#parts.telemetry.operatorLog.write('info', 'sealed');
      this.#dropShares();
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
  const uid = peer.transport === 'unix' && peer.handedOn === undefined ? peer.uid : undefined;
  if (uid !== undefined && (uid === 0 || uid === process.geteuid?.())) return;
  throw new SidecarError('permission_denied', 'only root and the user of the sidecar can have its root key obtained');
}
