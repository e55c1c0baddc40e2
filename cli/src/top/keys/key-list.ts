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
    await this.#fetch(Math.max(pageKeys, Math.min(this.scroll.selected + foresight, 1000)), []);
  }

  /** @returns whether the key moves in the list */
  press(stroke: Keystroke): boolean {
    if (!this.scroll.press(stroke)) return false;
    void this.#fetchAhead();
    return true;
  }

  async #fetchAhead(): Promise<void> {
    const isNear = this.scroll.selected >= this.#records.length - foresight;
    if (isNear && this.hasMore && !this.#isLoading) await this.#fetch(pageKeys, this.#records);
  }

  async #fetch(limit: number, before: readonly KeyRecord[]): Promise<void> {
    const wish = this.#wish;
    this.#isLoading = true;
    const cursor = this.#cursor;
    try {
      const page = await this.#source.page({ ...this.#selection, limit, ...(cursor !== undefined && { cursor }) });
      if (wish !== this.#wish) return;
      this.#take(page, before);
    } catch (error) {
      if (wish !== this.#wish) return;
      this.#isLoading = false;
      return this.#source.failed(error);
    }
    // A page of a selection may be short, even empty, and not the last.
    await this.#fetchAhead();
  }

  #take({ records, nextCursor }: KeysListResult, before: readonly KeyRecord[]): void {
    this.#isLoading = false;
    this.#records = [...before, ...records];
    this.#cursor = nextCursor;
    this.scroll.count = this.#records.length;
    this.#source.changed();
  }
}
