import type { SessionInfo } from '@ferrohsm/sdk/node';
import { isoTime } from '../../named-key.ts';
import { statusText } from '../../status-text.ts';
import { whoamiText } from '../../whoami-text.ts';
import { type Column, headingLine, rowLine } from '../columns.ts';
import type { Host } from '../host.ts';
import type { Keystroke } from '../keystroke.ts';
import { blank, type Line, line, linesOf, type Size } from '../line.ts';
import type { Screen } from '../screen.ts';
import { fitted, withoutFraction } from '../shown-text.ts';
import { TextPane } from '../text-pane.ts';
import { type Gauge, gaugesOf } from './gauges.ts';
import { sparkline } from './sparkline.ts';

const sessionColumns: readonly Column[] = [
  { heading: 'PRINCIPAL', share: 1 },
  { heading: 'CREDENTIAL', share: 1 },
  { heading: 'TRANSPORT', width: 9 },
  { heading: 'OPENED', width: 20 },
  { heading: 'USED', width: 20 },
];
const nameColumns = 18;
const valueColumns = 10;

/** How the sidecar is, now and over the last minutes; as whom it knows this connection, and who else is connected. */
export class StatusScreen implements Screen {
  readonly name = 'Status';
  readonly keys = 'Up Down scroll  1-7 Tab screens  ? help  q quit';
  readonly #host: Host;
  readonly #pane = new TextPane();
  #self: readonly Line[] = [];
  /** Undefined for who may not see them. */
  #sessions: readonly SessionInfo[] | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  open(): void {
    this.#host.pulse.quicken(true);
    this.refresh('reconnected');
  }

  close(): void {
    this.#host.pulse.quicken(false);
  }

  refresh(reason: 'time' | 'reconnected'): void {
    if (reason === 'reconnected') void this.#load();
  }

  press(stroke: Keystroke): boolean {
    return this.#pane.press(stroke);
  }

  drawn({ rows, columns }: Size): readonly Line[] {
    const { beats, last } = this.#host.pulse;
    const gauges = gaugesOf(beats).map((gauge) => gaugeLine(gauge, columns));
    const status = last === undefined ? [line('no answer yet', 'faint')] : linesOf(statusText(last.status));
    this.#pane.update([...status, ...this.#self, ...sessionLines(this.#sessions, columns)]);
    return [...gauges, blank, ...this.#pane.drawn({ rows: rows - gauges.length - 1, columns })];
  }

  async #load(): Promise<void> {
    const { session, sessions } = this.#host.sidecar;
    await this.#host.attempt(async () => {
      const known = await session.whoami();
      this.#self = [blank, line('this connection', 'heading'), ...linesOf(whoamiText(known))];
      this.#sessions = await sessions.list().catch(() => undefined);
    });
  }
}

function sessionLines(sessions: readonly SessionInfo[] | undefined, width: number): Line[] {
  if (sessions === undefined) return [];
  const rows = sessions.map(({ principal, credential, transport, openedAt, usedAt }) => {
    const times = [isoTime(openedAt), isoTime(usedAt)].map(withoutFraction);
    return rowLine(sessionColumns, [principal, credential, transport, ...times], width, false);
  });
  return [blank, line('all connections', 'heading'), headingLine(sessionColumns, width), ...rows];
}

function gaugeLine({ name, values, text }: Gauge, columns: number): Line {
  const last = values.at(-1);
  const value = last === undefined ? '-' : text(last);
  return [
    { text: fitted(name, nameColumns), tone: 'heading' },
    { text: value.padStart(valueColumns) },
    { text: `  ${sparkline(values, columns - nameColumns - valueColumns - 2)}`, tone: 'good' },
  ];
}
