/** What a piece of text is; a theme says how it looks. Whatever a tone says, the text says too. */
export type Tone = 'title' | 'heading' | 'selected' | 'good' | 'bad' | 'warning' | 'faint' | 'caret';

export interface Span {
  readonly text: string;
  readonly tone?: Tone | undefined;
}

/** One row of the terminal. */
export type Line = readonly Span[];

/** How many rows and columns there are to draw on. */
export interface Size {
  readonly rows: number;
  readonly columns: number;
}

export const blank: Line = Object.freeze([]);

export function line(text: string, tone?: Tone): Line {
  return [{ text, tone }];
}

/** A text of several lines, as the commands print it. */
export function linesOf(text: string, tone?: Tone): Line[] {
  return text === '' ? [] : text.split('\n').map((row) => line(row, tone));
}
