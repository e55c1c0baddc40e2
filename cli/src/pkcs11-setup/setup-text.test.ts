import { describe, expect, test } from 'vitest';
import { carriedBy } from './carried.ts';
import { clients } from './clients.ts';
import { generations } from './generation.ts';
import type { Setting } from './recipe.ts';
import { overviewText, recipeText } from './setup-text.ts';

const settingOf = (generation: (typeof generations)[number]): Setting => ({
  module: '/usr/lib/pkcs11/p11-kit-client.so',
  version: undefined,
  generation,
  address: 'unix:path=/run/web.sock',
});
const [oldest, , , newest] = generations;

describe('a recipe', () => {
  test.each(Object.entries(clients))('for %s has module or socket, and says what is not carried', (_, client) => {
    const text = recipeText(client, settingOf(oldest));
    expect(text).toContain('unix:path=/run/web.sock');
    expect(text).toMatch(/^# p11-kit up to 0\.24\.1 does not carry: .*AES-GCM.*ML-DSA/m);
    expect(text).not.toMatch(/undefined|\[object/);
    expect(recipeText(client, settingOf(newest))).not.toContain('does not carry');
  });

  test.each(Object.entries(clients))('for %s holds no place for a PIN', (_, client) => {
    expect(recipeText(client, settingOf(oldest))).not.toMatch(/pin-value|^[^#]*pin *=/im);
  });
});

test('a newer version carries all that an older one carries', () => {
  const counts = generations.map((each) => carriedBy(each).filter(({ carried }) => carried === 'yes').length);
  expect(counts).toEqual(counts.toSorted((one, other) => one - other));
  expect(counts[0]).toBeGreaterThan(0);
});

test('the overview names the module, what it carries and all programs', () => {
  const text = overviewText(settingOf(newest));
  for (const name of Object.keys(clients)) expect(text).toMatch(new RegExp(`^${name} `, 'm'));
  expect(text).toMatch(/^unknown +ML-DSA/m);
});
