import { beforeAll, describe, expect, test } from 'vitest';
import { Office } from './office.ts';
import { steady } from './steady-screen.ts';
import { hasTmux } from './terminal.ts';

const office = new Office();
/** It would clear the screen, turn text around and end the row. */
const hostile = '\u009b2J\u202etxet\u2028';

beforeAll(async () => {
  const usages = ['sign', 'verify'] as const;
  const names = Array.from({ length: 250 }, (_, number) => `many/${String(number).padStart(3, '0')}`);
  await Promise.all(names.map((name) => office.hsm.keys.create({ name, algorithm: 'Ed25519', usages })));
  const algorithm = { name: 'ML-DSA-65' };
  await office.hsm.keys.create({ name: 'payments/signing', algorithm, usages, labels: { team: 'payments' } });
  await office.hsm.keys.create({
    name: 'hostile',
    algorithm,
    usages,
    description: hostile,
    labels: { evil: hostile },
  });
});

describe.skipIf(!hasTmux())('the screen of keys', () => {
  test('fetches further keys as one scrolls', async () => {
    const terminal = await office.sit();
    const first = await terminal.until(/^> hostile /m, /key 1 of 200 and more/);
    await expect(steady(first)).toMatchFileSnapshot('screens/keys.txt');
    terminal.press('End');
    await terminal.until(/key 200 of 252$/m);
    terminal.press('End');
    await terminal.until(/^> payments\/signing /m, /key 252 of 252$/m);
    terminal.press('Home', 'PageDown');
    await terminal.until(/key 17 of 252/);
    terminal.press('q');
    await terminal.until(/ended with 0/);
  });

  test('filters as one types, and shows one key with its versions and uses', async () => {
    await office.hsm.subtle.sign(
      { name: 'ML-DSA-65' },
      (await office.hsm.keys.get('payments/signing')).privateKey,
      new Uint8Array(5),
    );
    const terminal = await office.sit();
    terminal.press('/');
    terminal.type('many/12');
    await terminal.until(/key 1 of 10 {2}filter: many\/12/);
    for (let typed = 0; typed < 'many/12'.length; typed++) terminal.press('BSpace');
    terminal.type('team=payments algorithm=ML-DSA-65');
    await terminal.until(/key 1 of 1 /, /^> payments\/signing +ML-DSA-65 +active/m);
    terminal.press('Enter');
    terminal.press('Enter');
    const detail = await terminal.until(/VERSION {2}USES/, /^1 +1 +5 /m);
    await expect(steady(detail)).toMatchFileSnapshot('screens/key-detail.txt');
    terminal.press('Escape');
    await terminal.until(/filter: team=payments/);
    // What the sidecar says of a filter that makes no sense.
    terminal.press('/');
    terminal.type(' UPPER');
    await terminal.until(/^error invalid_params: /m, /^next: /m);
  });

  test('moves a key after a question that says what will be done', async () => {
    const terminal = await office.sit();
    terminal.press('/');
    terminal.type('many/000');
    await terminal.until(/key 1 of 1 /);
    terminal.press('Enter');
    terminal.press('Enter');
    await terminal.until(/^version 1 +active/m);
    terminal.press('s');
    await terminal.until(/^Stop a key for a while/m);
    terminal.press('Down');
    terminal.type('laptop lost');
    terminal.press('Enter');
    const question = await terminal.until(/^suspend many\/000\? {2}y yes, n no$/m);
    await expect(steady(question)).toMatchFileSnapshot('screens/key-suspend.txt');
    terminal.press('n');
    await terminal.until(/laptop lost/);
    expect((await office.hsm.keys.get('many/000')).record.versions[0]?.state).toBe('active');
    terminal.press('Enter');
    await terminal.until(/suspend many\/000\?/);
    terminal.press('y');
    await terminal.until(/many\/000 is suspended: version 1 suspended/);
    terminal.press('Escape');
    await terminal.until(/^version 1 +suspended \(laptop lost\)/m);
    expect((await office.hsm.keys.get('many/000')).record.versions[0]?.state).toBe('suspended');
  });

  test('text of others cannot draw', async () => {
    const terminal = await office.sit();
    await terminal.until(/^> hostile /m);
    terminal.press('Enter');
    const screen = await terminal.until(/VERSION {2}USES/);
    expect(screen).toContain('description  \\u{9b}2J\\u{202e}txet\\u{2028}');
    expect(screen).toContain('evil=\\u{9b}2J\\u{202e}txet\\u{2028}');
    expect(screen).not.toMatch(/[\u0080-\u009f\u202e\u2028]/);
    expect(screen).toContain('ferrohsm top');
  });
});
