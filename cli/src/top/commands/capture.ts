import { type BytesOptions, type Output, processOutput } from '../../output.ts';
import { table } from '../../table.ts';

/** What a command that ran on a screen had to say, in place of what it would print. */
export class Capture implements Output {
  readonly json = false;
  readonly quiet = false;
  /** A pane shows long lines as it can. */
  readonly width = undefined;
  readonly #texts: string[] = [];
  readonly #remarks: string[] = [];
  #value: unknown;
  #data: Buffer | undefined;

  /** The results, as text. */
  get text(): string {
    return this.#texts.join('\n');
  }

  /** What it says besides, a remark an entry. */
  get remarks(): readonly string[] {
    return this.#remarks;
  }

  /** The last result as the sidecar gave it. */
  get value(): unknown {
    return this.#value;
  }

  /** Bytes that were not written to a file. */
  get data(): Buffer | undefined {
    return this.#data;
  }

  async result(value: unknown, text: string): Promise<void> {
    this.#value = value;
    if (text !== '') this.#texts.push(text);
  }

  table(value: unknown, heading: readonly string[], rows: readonly (readonly string[])[]): Promise<void> {
    return this.result(value, rows.length === 0 ? '' : table(heading, rows));
  }

  async bytes(bytes: Uint8Array, result: unknown, options: BytesOptions): Promise<void> {
    const { out = '-' } = options;
    if (out === '-') {
      this.#data = Buffer.from(bytes);
      return;
    }
    await processOutput({}).bytes(bytes, result, options);
    this.note(`wrote ${bytes.length} bytes to ${out}`);
  }

  note(text: string): void {
    this.#remarks.push(text);
  }

  warn(text: string): void {
    this.#remarks.push(`warning: ${text}`);
  }

  /** Zeroes the bytes. */
  forget(): void {
    this.#data?.fill(0);
    this.#data = undefined;
  }
}
