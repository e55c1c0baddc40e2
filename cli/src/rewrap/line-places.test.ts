import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { linePlaces, requireUnchanged } from './line-places.ts';

let folder = '';
let input = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'ferrohsm-places-')));
  input = join(folder, 'input');
  writeFileSync(input, 'one\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const forced = { force: true };

function linkTo(target: string): string {
  const link = join(folder, 'link');
  symlinkSync(target, link);
  return link;
}

describe('the output', () => {
  test('that is a link is what it leads to', () => {
    const link = linkTo(input);
    expect(linePlaces(link, link, forced)).toMatchObject({
      input,
      output: input,
      replaced: { ino: statSync(input).ino },
    });
  });

  test('that is there is refused without force, and so is a link', () => {
    const link = linkTo(input);
    for (const output of [input, link]) {
      expect(() => linePlaces(input, output, { force: false })).toThrow(expect.objectContaining({ exitStatus: 73 }));
    }
  });

  test.each(['/dev/null', tmpdir()])('%s is refused, whatever is asked for', (output) => {
    for (const force of [true, false]) {
      expect(() => linePlaces(input, output, { force })).toThrow(expect.objectContaining({ exitStatus: 73 }));
    }
    const link = linkTo(output);
    expect(() => linePlaces(input, link, forced)).toThrow(expect.objectContaining({ exitStatus: 73 }));
  });

  test('that is a link to nothing is refused', () => {
    expect(() => linePlaces(input, linkTo(join(folder, 'absent')), forced)).toThrow('ENOENT');
  });

  test('that is not there replaces nothing', () => {
    const output = join(folder, 'new');
    expect(linePlaces(input, output, { force: false })).toMatchObject({ output, replaced: undefined });
  });
});

test.each(['/dev/null', join(tmpdir(), 'ferrohsm-absent')])('the input %s is refused', (path) => {
  expect(() => linePlaces(path, join(folder, 'new'), forced)).toThrow(expect.objectContaining({ exitStatus: 66 }));
});

describe('an input that somebody', () => {
  const changes = {
    'writes to': () => appendFileSync(input, 'two\n'),
    'writes over': () => {
      writeFileSync(input, 'two\n');
      utimesSync(input, 1, 1);
    },
    replaces: () => {
      const { atime, mtime } = statSync(input);
      writeFileSync(`${input}.new`, readFileSync(input));
      utimesSync(`${input}.new`, atime, mtime);
      renameSync(`${input}.new`, input);
    },
  };

  test.each(Object.entries(changes))('%s is found out', (_, change) => {
    const places = linePlaces(input, input, forced);
    expect(() => requireUnchanged(places)).not.toThrow();
    change();
    expect(() => requireUnchanged(places)).toThrow(expect.objectContaining({ exitStatus: 75 }));
  });
});
