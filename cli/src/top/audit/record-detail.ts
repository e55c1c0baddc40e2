import { reportText } from '../../log-reading/report-text.ts';
import { pairs } from '../../named-key.ts';
import type { Host } from '../host.ts';
import type { Keystroke } from '../keystroke.ts';
import { blank, type Line, line, linesOf, type Size } from '../line.ts';
import { NewFile } from '../new-file.ts';
import { TextPane } from '../text-pane.ts';
import type { FedRecord } from './record-feed.ts';

/** One record, with the proof that it is in the log: fetched as a receipt and verified here. */
export class RecordDetail {
  readonly #host: Host;
  readonly #record: FedRecord;
  readonly #pane = new TextPane();
  #receipt: string | undefined;
  /** Where the receipt is to be written. */
  readonly #file: NewFile;

  constructor(host: Host, record: FedRecord) {
    this.#host = host;
    this.#record = record;
    this.#file = new NewFile(host, () => this.#content());
    this.#pane.show([line(`record ${record.index}: waiting for its receipt`, 'faint')]);
  }

  get keys(): string {
    return this.#file.isAsked ? NewFile.keys : 'w write the receipt  Up Down scroll  Esc back';
  }

  /** Fetches the receipt and verifies it. A record of the last second waits for its checkpoint. */
  async load(): Promise<void> {
    const { audit } = this.#host.sidecar;
    await this.#host.attempt(async () => {
      const receipt = await audit.receipt(this.#record.index);
      const report = await audit.verifyReceipt(receipt, this.#host.options.trust);
      this.#receipt = receipt;
      const isGood = report.ok && report.index === this.#record.index;
      this.#pane.update([
        line(isGood ? 'proved: the record is in the log' : 'NOT PROVED: do not rely on it', isGood ? 'good' : 'bad'),
        ...this.#trustLines(),
        blank,
        ...linesOf(reportText(report)),
        ...this.#peopleLines(),
        blank,
        line('receipt (C2SP tlog-proof)', 'heading'),
        ...linesOf(receipt.trimEnd()),
      ]);
    });
  }

  /** @returns whether the key had a meaning; Esc has none here, it leads back */
  press(stroke: Keystroke): boolean {
    if (this.#file.isAsked) return this.#file.press(stroke);
    if (this.#pane.press(stroke)) return true;
    if (stroke !== 'w' || this.#receipt === undefined) return false;
    this.#file.ask(`record-${this.#record.index}.tlog-proof`);
    return true;
  }

  paste(text: string): void {
    this.#file.paste(text);
  }

  drawn({ rows, columns }: Size): Line[] {
    const asking = this.#file.drawn(columns);
    return [...this.#pane.drawn({ rows: rows - asking.length, columns }), ...asking];
  }

  #trustLines(): Line[] {
    if (this.#host.options.trust !== undefined) return [line('with the keys that you gave')];
    return [line('with the keys that this sidecar named itself; pin them: see --key-file', 'warning')];
  }

  /** Beside the log, and erasable: the record commits to it, the receipt does not hold it. */
  #peopleLines(): Line[] {
    const rows = Object.entries(this.#record.personal ?? {}).map(([name, value]) => [name, String(value)] as const);
    if (rows.length === 0) return [];
    return [blank, line('as the sidecar says, not proved', 'heading'), ...linesOf(pairs(rows))];
  }

  #content() {
    if (this.#receipt === undefined) return undefined;
    const said = (path: string) => `the receipt of record ${this.#record.index} is in ${path}`;
    return { bytes: Buffer.from(this.#receipt), said };
  }
}
