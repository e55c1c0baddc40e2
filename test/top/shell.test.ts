import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { command } from '../../tools/throw-away-sidecar.ts';
import { Office } from './office.ts';
import { steady } from './steady-screen.ts';
import { hasTmux } from './terminal.ts';

const office = new Office();

/** SGR sequences that choose a colour (ECMA-48 section 8.3.117). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const colour = /\u001b\[(\d+;)*(3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]/;
const settings = () => readFileSync(office.path('settings/ferrohsm/top.json'), 'utf8');

test('without a terminal it says what to do instead', () => {
  const words = [command, 'top', '--socket', office.sidecar.process.socket];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^ferrohsm: error: ferrohsm top needs a terminal$/m);
});

describe.skipIf(!hasTmux())('what is around the screens', () => {
  test('status, help and settings; a theme is kept for the next time', async () => {
    const terminal = await office.sit();
    terminal.press('6');
    const status = await terminal.until(/^records a second +\d.*[▁█]/m, /^-- \d+ more lines/m);
    await expect(withoutFigures(status)).toMatchFileSnapshot('screens/status.txt');
    terminal.press('End');
    await terminal.until(/^credential +unix-peer uid:\d+/m, /^ +alice +uid:\d+ +unix /m);
    terminal.press('?');
    const help = await terminal.until(/^ {2}Ctrl-C +quit/m);
    await expect(steady(help)).toMatchFileSnapshot('screens/help.txt');
    terminal.press('Escape');
    await terminal.until(/^all connections$/m);
    terminal.press('Home');
    await terminal.until(/^state +ready$/m);
    terminal.press('Tab');
    await terminal.until(/^> \(\*\) dark/m);
    expect(terminal.colouredScreen()).toMatch(colour);
    terminal.press('Down', 'Down', 'Enter');
    const chosen = await terminal.until(/^> \(\*\) none/m, /^the theme none is kept in /m);
    await expect(steady(chosen.replace(/kept in .*/, 'kept in FILE'))).toMatchFileSnapshot('screens/settings.txt');
    expect(terminal.colouredScreen()).not.toMatch(colour);
    expect(JSON.parse(settings())).toEqual({ theme: 'none' });
    terminal.press('Up', 'Up', 'Enter');
    await terminal.until(/^> \(\*\) dark/m);
    expect(JSON.parse(settings())).toEqual({ theme: 'dark' });
  });

  test.each([
    ['NO_COLOR', { environment: { NO_COLOR: '1' } }],
    ['--no-color', { words: '--no-color' }],
  ])('%s leaves every screen without a colour, and its meaning', async (_, seat) => {
    await office.hsm.keys.create({ name: `plain${_.length}`, algorithm: { name: 'Ed25519' }, usages: ['sign'] });
    const terminal = await office.sit(seat);
    await terminal.until(/^> plain/m);
    for (const [key, seen] of [
      ['1', /^\[1 Keys\]/m],
      ['2', /\[2 Create\]/],
      ['3', /\[3 Operate\]/],
      ['4', /\[4 Approvals\]/],
      ['5', /\[5 Audit\]/],
      ['6', /\[6 Status\]/],
      ['7', /\[7 Settings\]/],
    ] as const) {
      terminal.press(key);
      await terminal.until(seen);
      expect(terminal.colouredScreen()).not.toMatch(colour);
    }
    await terminal.until(/^NO_COLOR or --no-color is given/m);
    await expect(steady(terminal.screen())).toMatchFileSnapshot('screens/settings-without-colour.txt');
    terminal.press('?');
    await terminal.until(/\[\? Help\]/);
    expect(terminal.colouredScreen()).not.toMatch(colour);
  });

  test('fills a larger terminal, follows its size, and says when it is too small', async () => {
    const terminal = await office.sit({ columns: 120, rows: 40 });
    terminal.press('2');
    const large = await terminal.until(/^> ML-DSA-65/m);
    await expect(steady(large)).toMatchFileSnapshot('screens/create-algorithms-120x40.txt');
    const rows = (screen: string) => screen.match(/^[> ] [A-Z]\S+ +\S/gm)?.length ?? 0;
    expect(rows(large)).toBeGreaterThan(30);
    terminal.resize(80, 24);
    const small = await terminal.until(/^> ML-DSA-65 .{0,60}$/m, /^.{1,80}1-7 Tab screens/m);
    expect(rows(small)).toBeLessThan(20);
    terminal.resize(60, 20);
    await terminal.until(/^60x20 is too small$/m, /^make it 80x24 or larger$/m);
    // What is not seen does not act.
    terminal.press('Down', '7', 'Enter');
    terminal.resize(100, 30);
    await terminal.until(/^> ML-DSA-65/m);
    expect(terminal.screen().split('\n')).toHaveLength(31);
  });
});

/** The figures of a moment. */
function withoutFigures(screen: string): string {
  return steady(screen)
    .replaceAll(/^(records a second|sessions|keys|memory|answer) .*[▁▂▃▄▅▆▇█]$/gm, '$1 FIGURE AND BARS')
    .replace(/^version {7}.*$/m, 'version       VERSION')
    .replace(/^node .*$/m, 'node          VERSION')
    .replace(/\d+ records$/m, 'N records')
    .replace(/^(resident +)\d+ MiB$/m, '$1N MiB');
}
