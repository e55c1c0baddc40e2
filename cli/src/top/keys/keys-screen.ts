import type { KeyRecord } from '@ferrohsm/sdk/node';
import { algorithmText } from '../../named-key.ts';
import { type Column, headingLine, rowLine } from '../columns.ts';
import type { Host } from '../host.ts';
import type { Keystroke } from '../keystroke.ts';
import { type Line, line, type Size } from '../line.ts';
import { failureNotice } from '../notice.ts';
import type { Screen } from '../screen.ts';
import { TextField } from '../text-field.ts';
import { KeyDetail } from './key-detail.ts';
import { KeyList } from './key-list.ts';

const columns: readonly Column[] = [
  { heading: 'NAME', share: 4 },
  { heading: 'ALGORITHM', share: 3 },
  { heading: 'STATE', width: 12 },
  { heading: 'USAGES', share: 2 },
];

/** The named keys; only those that fit on the screen are drawn, and only those near it were fetched. */
export class KeysScreen implements Screen {
  readonly name = 'Keys';
  readonly #host: Host;
  readonly #list: KeyList;
  readonly #filter = new TextField();
  #isFiltering = false;
  #detail: KeyDetail | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.#list = new KeyList({
      page: (options) => host.sidecar.keys.page(options),
      changed: () => host.changed(),
      failed: (error) => host.tell(failureNotice(error)),
    });
  }

  get keys(): string {
    if (this.#detail !== undefined) return this.#detail.keys;
    if (this.#isFiltering) return 'start of a name, algorithm=, state=, label=value  Enter Esc done';
    return 'Up Down  Enter detail  / filter  o operate  1-7 Tab screens  ? help  q quit';
  }

  open(): void {
    this.refresh('reconnected');
  }

  close(): void {
    this.#isFiltering = false;
  }

  refresh(reason: 'time' | 'reconnected'): void {
    if (reason === 'time') return;
    void this.#list.reload();
    void this.#detail?.load();
  }

  press(stroke: Keystroke): boolean {
    if (this.#detail !== undefined) return this.#pressInDetail(this.#detail, stroke);
    if (this.#isFiltering) return this.#pressInFilter(stroke);
    if (this.#list.press(stroke)) return true;
    const { selected } = this.#list;
    if (stroke === '/') this.#isFiltering = true;
    else if (stroke === 'enter' && selected !== undefined) this.#open(selected.name);
    else if (stroke === 'o' && selected !== undefined) this.#host.operate(selected.name);
    else return false;
    return true;
  }

  paste(text: string): void {
    this.#detail?.paste(text);
    if (this.#detail !== undefined || !this.#isFiltering) return;
    this.#filter.insert(text);
    this.#select();
  }

  drawn(size: Size): readonly Line[] {
    if (this.#detail !== undefined) return this.#detail.drawn(size);
    const [from, to] = this.#list.scroll.window(size.rows - 2);
    const rows = this.#list.records.slice(from, to);
    const chosen = this.#list.scroll.selected - from;
    return [
      this.#filterLine(size.columns),
      headingLine(columns, size.columns),
      ...rows.map((record, index) => rowLine(columns, cellsOf(record), size.columns, index === chosen)),
    ];
  }

  #filterLine(width: number): Line {
    const count = this.#countText();
    if (!this.#isFiltering && this.#filter.text === '') return line(count, 'faint');
    const prefix = { text: `${count}  filter: `, tone: 'faint' } as const;
    if (!this.#isFiltering) return [prefix, { text: this.#filter.text }];
    return [prefix, ...this.#filter.drawn(width - prefix.text.length)];
  }

  #countText(): string {
    const { records, hasMore, isLoading, scroll } = this.#list;
    if (records.length === 0) return isLoading ? 'loading' : 'no keys';
    return `key ${scroll.selected + 1} of ${records.length}${hasMore ? ' and more' : ''}`;
  }

  #open(name: string): void {
    this.#detail = new KeyDetail(this.#host, name);
    void this.#detail.load();
  }

  #pressInDetail(detail: KeyDetail, stroke: Keystroke): boolean {
    if (detail.press(stroke)) return true;
    if (stroke !== 'escape') return false;
    this.#detail = undefined;
    if (detail.wasChanged) void this.#list.reload();
    return true;
  }

  #select(): void {
    // What was said of the filter before its last character.
    this.#host.tell(undefined);
    void this.#list.filter(this.#filter.text);
  }

  #pressInFilter(stroke: Keystroke): boolean {
    if (stroke === 'enter' || stroke === 'escape') this.#isFiltering = false;
    else if (!this.#filter.press(stroke)) this.#list.press(stroke);
    else this.#select();
    return true;
  }
}

function cellsOf({ name, usages, versions }: KeyRecord): string[] {
  const newest = versions.at(-1);
  return [name, newest === undefined ? '' : algorithmText(newest), newest?.state ?? '', usages.join(',')];
}
