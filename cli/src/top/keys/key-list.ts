import type { KeyListOptions, KeyPageOptions, KeyRecord, KeysListResult } from '@ferrohsm/sdk/node';
import type { Keystroke } from '../keystroke.ts';
import { Scroll } from '../scroll.ts';
import { keySelection } from './key-filter.ts';

/** Where pages of keys come from, and who is told of them. */
export interface KeySource {
  page(options: KeyPageOptions): Promise<KeysListResult>;
  changed(): void;
  /** What is wanted now could not be had. */
  failed(error: unknown): void;
}

const pageKeys = 200;
/** What the sidecar gives at once. */
const mostPageKeys = 1000;
/** Rows before the end of what is known at which the next page is fetched. */
const foresight = 100;

/** Keys in the order of their names, fetched as somebody scrolls towards them. */
export class KeyList {
  readonly scroll = new Scroll();
  readonly #source: KeySource;
  #records: readonly KeyRecord[] = [];
  #selection: KeyListOptions = {};
  #cursor: string | undefined;
  #isLoading = false;
  /** Of the newest wish; pages for an earlier one come too late. */
  #wish = 0;

  constructor(source: KeySource) {
    this.#source = source;
  }

  get records(): readonly KeyRecord[] {
    return this.#records;
  }

  get selected(): KeyRecord | undefined {
    return this.#records[this.scroll.selected];
  }

  /** Whether there are keys that were not fetched yet. */
  get hasMore(): boolean {
    return this.#cursor !== undefined;
  }

  get isLoading(): boolean {
    return this.#isLoading;
  }

  /** Shows other keys, from the first. */
  async filter(text: string): Promise<void> {
    this.#selection = keySelection(text);
    this.scroll.selected = 0;
    await this.reload();
  }

  /** Fetches anew what is shown; the chosen row stays. */
  async reload(): Promise<void> {
    this.#wish += 1;
    this.#cursor = undefined;
    await this.#fetch([]);
  }

  /** @returns whether the key moves in the list */
  press(stroke: Keystroke): boolean {
    if (!this.scroll.press(stroke)) return false;
    const isNear = this.scroll.selected >= this.#records.length - foresight;
    if (isNear && this.hasMore && !this.#isLoading) void this.#fetch(this.#records);
    return true;
  }

  async #fetch(before: readonly KeyRecord[]): Promise<void> {
    const wish = this.#wish;
    this.#isLoading = true;
    try {
      await this.#fetchPages(before, () => wish === this.#wish);
    } catch (error) {
      if (wish === this.#wish) this.#source.failed(error);
    } finally {
      if (wish === this.#wish) this.#isLoading = false;
      this.#source.changed();
    }
  }

  /** Until the chosen row and those after it are there. A page of a selection may be short, even empty, and not the last. */
  async #fetchPages(before: readonly KeyRecord[], isWanted: () => boolean): Promise<void> {
    const enough = this.scroll.selected + foresight;
    let records = before;
    let cursor = this.#cursor;
    do {
      const limit = Math.min(Math.max(pageKeys, enough - records.length), mostPageKeys);
      const page = await this.#source.page({ ...this.#selection, limit, ...(cursor !== undefined && { cursor }) });
      if (!isWanted()) return;
      records = [...records, ...page.records];
      cursor = page.nextCursor;
      // Before that the chosen row would be lost.
      if (records.length > this.scroll.selected || cursor === undefined) this.#take(records, cursor);
    } while (records.length <= enough && cursor !== undefined);
  }

  #take(records: readonly KeyRecord[], cursor: string | undefined): void {
    this.#records = records;
    this.#cursor = cursor;
    this.scroll.count = records.length;
    this.#source.changed();
  }
}
