import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfigDocument } from './config-document.ts';
import { misfitsOf } from './config-misfits.ts';
import { type Setting, settings } from './settings.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8');

/** The row of docs/configuration.md that a setting must have. */
function rowOf({ key, flag, environment, description, isReloaded, ...setting }: Setting): string {
  const fallback = setting.default === undefined ? '' : `\`${JSON.stringify(setting.default).replaceAll('"', '')}\``;
  const means = `${description}${isReloaded ? ' **SIGHUP**' : ''}`;
  return `| \`${key}\` | \`${flag}\` | \`${environment}\` | ${setting.defaultText ?? fallback} | ${means} |`;
}

test('the table of docs/configuration.md is that of the schema', () => {
  const rows = page.split('\n').filter((line) => /^\| `[a-zA-Z0-9.]+` \| `--/.test(line));
  expect(rows).toEqual(settings.map(rowOf));
});

test('the page says which keys are taken on SIGHUP', () => {
  const [, sentence = ''] = /^`SIGHUP` .*? takes (.*?)\. /m.exec(page) ?? [];
  const keys = [...sentence.matchAll(/`([a-zA-Z0-9.]+)`/g)].map(([, key]) => key);
  expect(keys).toEqual(settings.filter(({ isReloaded }) => isReloaded).map(({ key }) => key));
});

test('the file that the page shows is valid', () => {
  const [, text = ''] = /^```yaml\n(.*?)^```/ms.exec(page) ?? [];
  const { value, findings } = readConfigDocument(text);
  expect(findings).toEqual([]);
  expect(misfitsOf(value)).toEqual([]);
  expect(Object.keys(value as object)).toContain('sockets');
});
