import { sessionTable } from '../../session-text.ts';
import { statusText } from '../../status-text.ts';
import { whoamiText } from '../../whoami-text.ts';
import type { Host } from '../host.ts';
import type { Keystroke } from '../keystroke.ts';
import { blank, type Line, line, linesOf, type Size } from '../line.ts';
import type { Screen } from '../screen.ts';
import { fitted } from '../shown-text.ts';
import { TextPane } from '../text-pane.ts';
import { type Gauge, gaugesOf } from './gauges.ts';
import { sparkline } from './sparkline.ts';

const nameColumns = 18;
const valueColumns = 10;

/** How the sidecar is, now and over the last minutes; as whom it knows this connection, and who else is connected. */
export class StatusScreen implements Screen {
  readonly name = 'Status';
  readonly keys = 'Up Down scroll  1-7 Tab screens  ? help  q quit';
  readonly #host: Host;
  readonly #pane = new TextPane();
  #connections: readonly Line[] = [];

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
    this.#pane.update([...status, ...this.#connections]);
    return [...gauges, blank, ...this.#pane.drawn({ rows: rows - gauges.length - 1, columns })];
  }

  async #load(): Promise<void> {
    const { session, sessions } = this.#host.sidecar;
    await this.#host.attempt(async () => {
      const self = [blank, line('this connection', 'heading'), ...linesOf(whoamiText(await session.whoami()))];
      this.#connections = self;
      // Only some may see the others.
      const others = await sessions.list().catch(() => undefined);
      if (others === undefined) return;
      this.#connections = [...self, blank, line('all connections', 'heading'), ...linesOf(sessionTable(others))];
    });
  }
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
