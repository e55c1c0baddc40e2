import type { AuditListParams, AuditListResult } from '@ferrohsm/sdk/node';
import type { LogEntry } from '../../log-reading/log-entry.ts';
import { recordTest } from '../../log-reading/record-filter.ts';
import type { Keystroke } from '../keystroke.ts';
import { Scroll } from '../scroll.ts';
import { recordSelection } from './record-words.ts';

/** Where records come from; undefined for what could not be had. */
export type RecordSource = (options: AuditListParams) => Promise<AuditListResult | undefined>;

/** A record as the sidecar tells it; what is said of people there nobody has checked. */
export type FedRecord = AuditListResult['records'][number];

const pageRecords = 500;
/** Rows before the end of what is known at which older records are fetched. */
const foresight = 50;
/** Looked through at once for what a filter wants; the next key goes on. */
const mostPages = 20;
/** Kept in memory; whoever looks for more has `audit grep`. */
const mostRecords = 50_000;

/** Records of the log, the newest first: those that are added as they come, older ones as somebody scrolls to them. */
export class RecordFeed {
  readonly scroll = new Scroll();
  readonly #source: RecordSource;
  readonly #changed: () => void;
  #records: readonly FedRecord[] = [];
  #matching: readonly FedRecord[] = [];
  #test: (entry: LogEntry) => boolean = () => true;
  #minimumIndex = 0;
  #turn: Promise<void> = Promise.resolve();

  readonly #isOwn: (record: FedRecord) => boolean;
  #showsOwn = false;

  /** @param isOwn whether a record is there only because somebody looks at the records */
  constructor(source: RecordSource, changed: () => void, isOwn: (record: FedRecord) => boolean) {
    this.#source = source;
    this.#changed = changed;
    this.#isOwn = isOwn;
  }

  /** Those that the filter lets through. */
  get records(): readonly FedRecord[] {
    return this.#matching;
  }

  /** How many were looked at. */
  get known(): number {
    return this.#records.length;
  }

  get selected(): FedRecord | undefined {
    return this.#matching[this.scroll.selected];
  }

  get hasOlder(): boolean {
    return this.#oldest > this.#minimumIndex && this.#records.length < mostRecords;
  }

  get showsOwn(): boolean {
    return this.#showsOwn;
  }

  set showsOwn(showsOwn: boolean) {
    this.#showsOwn = showsOwn;
    this.#match();
  }

  filter(text: string): void {
    this.#test = recordTest(recordSelection(text));
    this.scroll.selected = 0;
    this.#match();
    this.#later(() => this.#fetchAhead());
  }

  /** Fetches what was added; the chosen record stays chosen, unless it is the newest. */
  update(): Promise<void> {
    return this.#later(() => this.#fetchNewer());
  }

  /** @returns whether the key moves in the list */
  press(stroke: Keystroke): boolean {
    if (!this.scroll.press(stroke)) return false;
    this.#later(() => this.#fetchAhead());
    return true;
  }

  /** One fetch after the other: each goes on where the one before has ended. */
  #later(fetch: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(fetch);
    return this.#turn;
  }

  get #newest(): number {
    return this.#records[0]?.index ?? -1;
  }

  get #oldest(): number {
    return this.#records.at(-1)?.index ?? 0;
  }

  async #fetchNewer(): Promise<void> {
    if (this.#records.length === 0) return this.#fetchFirst();
    for (let isFull = true; isFull; ) {
      const page = await this.#source({ start: this.#newest + 1, limit: pageRecords });
      if (page === undefined) return;
      this.#add([...page.records.toReversed(), ...this.#records], page.minimumIndex);
      // To ask until nothing comes would never end: each question may leave a record.
      isFull = page.records.length === pageRecords;
    }
  }

  /** The last page: only the sidecar knows how many there are. */
  async #fetchFirst(): Promise<void> {
    const looked = await this.#source({ start: 0, limit: 1 });
    if (looked === undefined) return;
    const start = Math.max(looked.minimumIndex, looked.size - pageRecords);
    const page = await this.#source({ start, limit: pageRecords });
    if (page !== undefined) this.#add(page.records.toReversed(), page.minimumIndex);
  }

  async #fetchAhead(): Promise<void> {
    for (let pages = 0; pages < mostPages && this.#needsOlder; pages++) {
      const start = Math.max(this.#minimumIndex, this.#oldest - pageRecords);
      const page = await this.#source({ start, limit: this.#oldest - start });
      if (page === undefined || page.records.length === 0) return;
      this.#add([...this.#records, ...page.records.toReversed()], page.minimumIndex);
    }
  }

  get #needsOlder(): boolean {
    return this.hasOlder && this.scroll.selected >= this.#matching.length - foresight;
  }

  #isWanted(record: FedRecord): boolean {
    if (!this.#showsOwn && this.#isOwn(record)) return false;
    return this.#test({ ...record, opening: 'none' });
  }

  #add(records: readonly FedRecord[], minimumIndex: number): void {
    this.#records = records.slice(0, mostRecords);
    this.#minimumIndex = minimumIndex;
    this.#match();
    this.#changed();
  }

  #match(): void {
    const { selected } = this;
    const isAtNewest = this.scroll.selected === 0;
    this.#matching = this.#records.filter((record) => this.#isWanted(record));
    this.scroll.count = this.#matching.length;
    if (isAtNewest || selected === undefined) return;
    const at = this.#matching.findIndex(({ index }) => index === selected.index);
    if (at >= 0) this.scroll.selected = at;
  }
}
