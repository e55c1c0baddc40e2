import { recordRow } from '../../log-reading/record-text.ts';
import { type Column, headingLine, rowLine } from '../columns.ts';
import type { Host } from '../host.ts';
import type { Keystroke } from '../keystroke.ts';
import { type Line, line, type Size } from '../line.ts';
import type { Screen } from '../screen.ts';
import { withoutFraction } from '../shown-text.ts';
import { TextField } from '../text-field.ts';
import { RecordDetail } from './record-detail.ts';
import { type FedRecord, RecordFeed } from './record-feed.ts';

const columns: readonly Column[] = [
  { heading: 'INDEX', width: 7 },
  { heading: 'TIME', width: 20 },
  { heading: 'OPERATION', share: 4 },
  { heading: 'PRINCIPAL', share: 2 },
  { heading: 'RESOURCE', share: 2 },
  { heading: 'OUTCOME', share: 2 },
];

/** Where each of them stands in a row of `audit list`. */
const listed = [0, 1, 3, 4, 5, 6];

/** What these screens ask again and again by themselves; each question leaves a record, unless the policy says otherwise. */
const looking: ReadonlySet<string> = new Set(['audit.list', 'system.status', 'approvals.events', 'approvals.list']);

/** The log as it grows, the newest record first. */
export class AuditScreen implements Screen {
  readonly name = 'Audit';
  readonly #host: Host;
  readonly #feed: RecordFeed;
  readonly #filter = new TextField();
  #isFiltering = false;
  #detail: RecordDetail | undefined;

  constructor(host: Host) {
    this.#host = host;
    const source: ConstructorParameters<typeof RecordFeed>[0] = (options) =>
      host.attempt(() => host.sidecar.audit.list(options));
    const isOwn = ({ record }: FedRecord) =>
      looking.has(record.operation) && record.outcome === 'ok' && host.ownSessions.has(record.session ?? '');
    this.#feed = new RecordFeed(source, () => host.changed(), isOwn);
  }

  get keys(): string {
    if (this.#detail !== undefined) return this.#detail.keys;
    if (this.#isFiltering) return 'part of an operation, outcome=, principal=, resource=, error=  Enter Esc done';
    return 'Up Down  Enter proof  / filter  o own looks  1-7 Tab screens  ? help  q quit';
  }

  open(): void {
    this.#host.pulse.quicken(true);
    this.refresh();
  }

  close(): void {
    this.#host.pulse.quicken(false);
    this.#isFiltering = false;
  }

  refresh(): void {
    void this.#feed.update();
  }

  press(stroke: Keystroke): boolean {
    if (this.#detail !== undefined) return this.#pressInDetail(this.#detail, stroke);
    if (this.#isFiltering) return this.#pressInFilter(stroke);
    if (this.#feed.press(stroke)) return true;
    if (stroke === '/') this.#isFiltering = true;
    else if (stroke === 'enter') this.#open();
    else if (stroke === 'o') this.#feed.showsOwn = !this.#feed.showsOwn;
    else return false;
    return true;
  }

  paste(text: string): void {
    this.#detail?.paste(text);
    if (this.#detail !== undefined || !this.#isFiltering) return;
    this.#filter.insert(text);
    this.#feed.filter(this.#filter.text);
  }

  drawn(size: Size): readonly Line[] {
    if (this.#detail !== undefined) return this.#detail.drawn(size);
    const [from, to] = this.#feed.scroll.window(size.rows - 2);
    const seen = this.#feed.records.slice(from, to).map((record, index) => {
      const row = recordRow(record);
      const cells = listed.map((column) => withoutFraction(row[column] ?? ''));
      return rowLine(columns, cells, size.columns, from + index === this.#feed.scroll.selected);
    });
    return [this.#filterLine(size.columns), headingLine(columns, size.columns), ...seen];
  }

  #filterLine(width: number): Line {
    const { records, known, hasOlder } = this.#feed;
    const own = this.#feed.showsOwn ? '' : ', without those of looking here';
    const count = `${records.length} of ${known} records${own}${hasOlder ? ', older ones as you scroll' : ''}`;
    if (!this.#isFiltering && this.#filter.text === '') return line(count, 'faint');
    const prefix = { text: `${count}  filter: `, tone: 'faint' } as const;
    if (!this.#isFiltering) return [prefix, { text: this.#filter.text }];
    return [prefix, ...this.#filter.drawn(Math.max(10, width - prefix.text.length))];
  }

  #open(): void {
    const { selected } = this.#feed;
    if (selected === undefined) return;
    this.#detail = new RecordDetail(this.#host, selected);
    void this.#detail.load();
  }

  #pressInDetail(detail: RecordDetail, stroke: Keystroke): boolean {
    if (detail.press(stroke)) return true;
    if (stroke !== 'escape') return false;
    this.#detail = undefined;
    return true;
  }

  #pressInFilter(stroke: Keystroke): boolean {
    if (stroke === 'enter' || stroke === 'escape') this.#isFiltering = false;
    else if (this.#filter.press(stroke)) this.#feed.filter(this.#filter.text);
    else this.#feed.press(stroke);
    return true;
  }
}
