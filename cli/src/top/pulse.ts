import { FerroHsmError, type SystemStatusResult } from '@ferrohsm/sdk/node';

/** How the sidecar was at one moment. */
export interface Beat {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly status: SystemStatusResult;
  /** How long the answer took, in milliseconds. */
  readonly answeredMs: number;
}

/** What is told of the connection. */
export interface PulseListener {
  /** An answer came. */
  beaten(): void;
  lost(error: unknown): void;
  /** It answers, and not with what was asked for; told once. */
  refused(error: unknown): void;
  /** It answers again. */
  reconnected(): void;
}

/** Each question may leave a record in the log, so they are few: more while somebody looks at what they tell. */
const periodsMs = { calm: 5000, quick: 2000, lost: 1000 };
/** At least four minutes. */
const mostBeats = 120;

/** Asks the sidecar again and again how it is; the call opens a connection that was lost again. */
export class Pulse {
  readonly #status: () => Promise<SystemStatusResult>;
  readonly #listener: PulseListener;
  #beats: readonly Beat[] = [];
  #isLost = false;
  #isRefused = false;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #isQuick = false;

  constructor(status: () => Promise<SystemStatusResult>, listener: PulseListener) {
    this.#status = status;
    this.#listener = listener;
  }

  /** Those of the last minutes, the oldest first. */
  get beats(): readonly Beat[] {
    return this.#beats;
  }

  get last(): Beat | undefined {
    return this.#beats.at(-1);
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Asks now, and from then on. */
  start(): void {
    clearTimeout(this.#timer);
    void this.#beatOn();
  }

  /** Asks more often, or less often again. */
  quicken(isQuick: boolean): void {
    this.#isQuick = isQuick;
    if (isQuick) this.start();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #beatOn(): Promise<void> {
    await this.#beat();
    if (this.#isStopped) return;
    const { calm, quick, lost } = periodsMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.start(), this.#isLost ? lost : this.#isQuick ? quick : calm);
  }

  async #beat(): Promise<void> {
    const askedMs = performance.now();
    try {
      const status = await this.#status();
      if (!this.#isStopped) this.#add({ time: Date.now(), status, answeredMs: performance.now() - askedMs });
    } catch (error) {
      if (!this.#isStopped) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (isLoss(error)) {
      this.#isLost = true;
      this.#listener.lost(error);
    } else if (!this.#isRefused) {
      this.#isRefused = true;
      this.#listener.refused(error);
    }
  }

  #add(beat: Beat): void {
    this.#beats = [...this.#beats, beat].slice(-mostBeats);
    if (this.#isLost) {
      this.#isLost = false;
      this.#listener.reconnected();
    }
    this.#listener.beaten();
  }
}

function isLoss(error: unknown): boolean {
  return error instanceof FerroHsmError && (error.code === 'connection_lost' || error.code === 'outcome_unknown');
}
