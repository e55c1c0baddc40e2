import { blank, type Line, line, type Size } from './line.ts';
import type { Notice } from './notice.ts';
import type { Pulse } from './pulse.ts';
import type { Screen } from './screen.ts';
import { columnsOf, fitted } from './shown-text.ts';

/** The smallest terminal that everything fits on. */
export const smallest: Size = Object.freeze({ rows: 24, columns: 80 });

/** Title, names of the screens, an empty row; two rows of what happened; keys. */
const surroundingRows = 6;

/** What is drawn around and on a screen. */
export interface FrameContent {
  readonly person: string;
  readonly pulse: Pulse;
  readonly screens: readonly Screen[];
  /** Undefined while the help is shown. */
  readonly current: Screen | undefined;
  readonly notice: Notice | undefined;
  readonly keys: string;
  readonly body: (size: Size) => readonly Line[];
}

export function fits({ rows, columns }: Size): boolean {
  return rows >= smallest.rows && columns >= smallest.columns;
}

export function drawTooSmall({ rows, columns }: Size): Line[] {
  return [
    line(fitted('ferrohsm top', columns), 'title'),
    line(fitted(`${columns}x${rows} is too small`, columns)),
    line(fitted(`make it ${smallest.columns}x${smallest.rows} or larger`, columns)),
    line(fitted('q quits', columns)),
  ].slice(0, rows);
}

export function drawFrame({ rows, columns }: Size, content: FrameContent): Line[] {
  const size = { rows: rows - surroundingRows, columns };
  const body = content.body(size).slice(0, size.rows);
  const padding = Array.from({ length: size.rows - body.length }, () => blank);
  return [
    titleLine(content, columns),
    tabsLine(content, columns),
    blank,
    ...body,
    ...padding,
    ...noticeLines(content.notice, columns),
    line(fitted(content.keys, columns), 'faint'),
  ];
}

function titleLine({ person, pulse }: FrameContent, columns: number): Line {
  const left = ` ferrohsm top  ${person}`;
  const right = `${pulseText(pulse)} `;
  return line(fitted(left, columns - columnsOf(right)) + right, 'title');
}

function pulseText(pulse: Pulse): string {
  if (pulse.isLost) return 'CONNECTION LOST, trying again';
  const status = pulse.last?.status;
  if (status === undefined) return '';
  if (status.sealed) return 'SEALED';
  return `${status.state}  keys ${status.keys ?? '-'}  log ${status.log?.size ?? '-'}`;
}

function tabsLine({ screens, current }: FrameContent, columns: number): Line {
  const tabs = [...screens.map(({ name }, index) => `${index + 1} ${name}`), '? Help'];
  const chosen = current === undefined ? tabs.length - 1 : screens.indexOf(current);
  const before = tabs.slice(0, chosen).map((text) => ` ${text}`);
  const after = tabs.slice(chosen + 1).map((text) => `${text} `);
  const marked = { text: `[${tabs[chosen]}]`, tone: 'heading' } as const;
  const rest = columns - columnsOf(before.join('')) - columnsOf(marked.text);
  return [{ text: before.join('') }, marked, { text: fitted(after.join(''), rest) }];
}

function noticeLines(notice: Notice | undefined, columns: number): Line[] {
  if (notice === undefined) return [blank, blank];
  const { tone, text, next } = notice;
  return [line(fitted(text, columns), tone), next === undefined ? blank : line(fitted(`next: ${next}`, columns))];
}
