import type { Host } from '../host.ts';
import type { Keystroke } from '../keystroke.ts';
import { blank, type Line, line } from '../line.ts';
import { good } from '../notice.ts';
import type { Screen } from '../screen.ts';
import { Scroll } from '../scroll.ts';
import { settingsPath, writeSettings } from '../settings-file.ts';
import { type ThemeName, themeNames } from '../theme.ts';

/** How themes are chosen. */
export interface ThemeChoice {
  readonly isColourless: boolean;
  current(): ThemeName;
  choose(theme: ThemeName): void;
}

const meanings: Readonly<Record<ThemeName, string>> = {
  dark: 'colours for a dark background',
  light: 'colours for a light background',
  none: 'no colours; bold and reversed only',
};

/** What is kept for the next time. */
export class SettingsScreen implements Screen {
  readonly name = 'Settings';
  readonly keys = 'Up Down  Enter choose and keep  1-7 Tab screens  ? help  q quit';
  readonly #host: Host;
  readonly #themes: ThemeChoice;
  readonly #scroll = new Scroll();

  constructor(host: Host, themes: ThemeChoice) {
    this.#host = host;
    this.#themes = themes;
    this.#scroll.count = themeNames.length;
  }

  open(): void {
    this.#scroll.selected = themeNames.indexOf(this.#themes.current());
  }

  close(): void {}

  press(stroke: Keystroke): boolean {
    if (this.#scroll.press(stroke)) return true;
    const theme = themeNames[this.#scroll.selected];
    if (stroke !== 'enter' || theme === undefined) return false;
    this.#themes.choose(theme);
    void this.#host.attempt(async () => {
      writeSettings({ theme });
      this.#host.tell(good(`the theme ${theme} is kept in ${settingsPath()}`));
    });
    return true;
  }

  drawn(): readonly Line[] {
    const rows = themeNames.map((name, index) => {
      const isSelected = index === this.#scroll.selected;
      const mark = name === this.#themes.current() ? '(*)' : '( )';
      const text = `${isSelected ? '>' : ' '} ${mark} ${name.padEnd(8)}${meanings[name]}`;
      return line(text, isSelected ? 'selected' : undefined);
    });
    const overruled = 'NO_COLOR or --no-color is given: there are no colours, whatever is chosen here';
    return [
      line('Theme', 'heading'),
      ...rows,
      ...(this.#themes.isColourless ? [blank, line(overruled, 'warning')] : []),
    ];
  }
}
