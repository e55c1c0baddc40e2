import type { TextProps } from 'ink';
import type { Tone } from './line.ts';

export type ThemeName = 'dark' | 'light' | 'none';

/** How each tone looks. */
export type Theme = Readonly<Record<Tone, TextProps>>;

/** Without a colour: what bold and reversed say, the text says too. */
const none: Theme = Object.freeze({
  title: { inverse: true },
  heading: { bold: true },
  selected: { bold: true },
  good: {},
  bad: { bold: true },
  warning: { bold: true },
  faint: {},
  caret: { inverse: true },
});

const dark: Theme = Object.freeze({
  title: { color: 'black', backgroundColor: 'cyan' },
  heading: { color: 'cyan', bold: true },
  selected: { color: 'black', backgroundColor: 'white' },
  good: { color: 'green' },
  bad: { color: 'red', bold: true },
  warning: { color: 'yellow' },
  faint: { color: 'gray' },
  caret: { inverse: true },
});

const light: Theme = Object.freeze({
  title: { color: 'white', backgroundColor: 'blue' },
  heading: { color: 'blue', bold: true },
  selected: { color: 'white', backgroundColor: 'blue' },
  good: { color: 'green' },
  bad: { color: 'red', bold: true },
  warning: { color: 'magenta' },
  faint: { dimColor: true },
  caret: { inverse: true },
});

export const themes: Readonly<Record<ThemeName, Theme>> = Object.freeze({ dark, light, none });

export const themeNames: readonly ThemeName[] = ['dark', 'light', 'none'];
