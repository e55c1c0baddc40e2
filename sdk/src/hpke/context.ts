import { FerroHsmError } from '../errors.ts';
import { type AeadInput, type AeadKey, importAeadKey } from './aead.ts';
import type { Export, KeySchedule, ScheduleOutput } from './key-schedule.ts';
import type { Suite } from './suite.ts';

export type Message = Omit<AeadInput, 'nonce'>;
export type ExportRequest = Pick<Export, 'context' | 'bytes'>;

type AeadRun = (key: AeadKey, input: AeadInput) => Promise<Uint8Array<ArrayBuffer>>;

/** What one sender and one recipient share after the set-up; messages are numbered from 0 (RFC 9180 section 5.2). */
export class Context {
  readonly #suiteId: Uint8Array;
  readonly #schedule: KeySchedule;
  readonly #exporterSecret: Uint8Array;
  readonly #baseNonce: Uint8Array<ArrayBuffer>;
  readonly #key: AeadKey | undefined;
  #sequence = 0;
  /** Settles when the messages before have their numbers. */
  #previous: Promise<unknown> = Promise.resolve();

  private constructor(suite: Suite, { exporterSecret, baseNonce }: ScheduleOutput, key: AeadKey | undefined) {
    this.#suiteId = suite.id;
    this.#schedule = suite.schedule;
    this.#exporterSecret = exporterSecret;
    this.#baseNonce = baseNonce;
    this.#key = key;
  }

  /** Wipes the key, of which the runtime now has its own. */
  static async create(suite: Suite, output: ScheduleOutput): Promise<Context> {
    const key = await importAeadKey(suite.aead, output.key);
    output.key.fill(0);
    return new Context(suite, output, key);
  }

  seal(message: Message): Promise<Uint8Array<ArrayBuffer>> {
    return this.#next(message, (key, input) => key.seal(input));
  }

  open(message: Message): Promise<Uint8Array<ArrayBuffer>> {
    return this.#next(message, (key, input) => key.open(input));
  }

  export({ context, bytes }: ExportRequest): Promise<Uint8Array<ArrayBuffer>> {
    return this.#schedule.export({ suiteId: this.#suiteId, exporterSecret: this.#exporterSecret, context, bytes });
  }

  /** Messages keep the order of the calls; one that fails takes no number. */
  #next(message: Message, run: AeadRun): Promise<Uint8Array<ArrayBuffer>> {
    const result = this.#previous.then(async () => {
      if (this.#key === undefined) throw new FerroHsmError('not_supported', 'the hpke suite only exports');
      const output = await run(this.#key, { ...message, nonce: this.#nonce() });
      this.#sequence += 1;
      return output;
    });
    this.#previous = result.catch(() => {});
    return result;
  }

  /** base_nonce XOR I2OSP(sequence, 12). */
  #nonce(): Uint8Array<ArrayBuffer> {
    if (!Number.isSafeInteger(this.#sequence)) throw new FerroHsmError('operation_failed', 'hpke message limit');
    const nonce = this.#baseNonce.slice();
    const view = new DataView(nonce.buffer, nonce.length - 8);
    view.setBigUint64(0, view.getBigUint64(0) ^ BigInt(this.#sequence));
    return nonce;
  }
}
