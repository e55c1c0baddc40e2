import type { KeyRecord } from '@ferrohsm/sdk/node';
import { describe, expect, test } from 'vitest';
import { algorithmNames } from '../../cli/src/algorithm-names.ts';
import { fieldsOf } from '../../cli/src/top/commands/command-fields.ts';
import { runCommand } from '../../cli/src/top/commands/command-run.ts';
import { filledCommand } from '../../cli/src/top/commands/command-words.ts';
import { createPlan } from '../../cli/src/top/create/create-plan.ts';
import { Form } from '../../cli/src/top/form/form.ts';
import { keyFamilies } from '../../sidecar/src/crypto/keys/algorithm-table.ts';
import { Office } from './office.ts';
import { steady } from './steady-screen.ts';
import { hasTmux } from './terminal.ts';

const office = new Office();

/** Passwords and the like: they are brought, never made. */
const neverMade = ['HKDF', 'PBKDF2', 'Argon2d', 'Argon2i', 'Argon2id'];

test('every algorithm that the sidecar makes keys of can be chosen', () => {
  expect(algorithmNames.toSorted()).toEqual(
    Object.keys(keyFamilies)
      .filter((name) => !neverMade.includes(name))
      .toSorted(),
  );
});

test('the form of every algorithm makes a key of it', { timeout: 180_000 }, async () => {
  const made = algorithmNames.map(async (algorithm) => {
    const plan = createPlan(algorithm);
    const form = new Form(fieldsOf(plan), { name: `every/${algorithm.toLowerCase()}` });
    expect(form.check()).toBe(true);
    const unasked = () => Promise.reject(new Error('nobody is there'));
    const ground = { sidecar: office.hsm, confirm: unasked, askSecretly: () => Buffer.alloc(0) };
    const { value } = await runCommand(filledCommand(plan, form), ground);
    return (value as { record: KeyRecord }).record.versions[0]?.algorithm.name;
  });
  expect(await Promise.all(made)).toEqual(algorithmNames);
});

describe.skipIf(!hasTmux())('the screen for new keys', () => {
  test('asks for what the algorithm needs, says what is wrong, shows the command, and creates the key', async () => {
    const terminal = await office.sit();
    terminal.press('2');
    const algorithms = await terminal.until(/^> ML-DSA-65 +post-quantum signature$/m);
    await expect(steady(algorithms)).toMatchFileSnapshot('screens/create-algorithms.txt');
    terminal.press('End');
    await terminal.pressUntil('Up', /^> ECDSA /m);
    terminal.press('Enter');
    await terminal.until(/^> name \*/m);
    terminal.press('Enter');
    await terminal.until(/^name is missing$/m, /^>!name \*/m);
    terminal.type('web/tls');
    await terminal.pressUntil('Down', /^>.curve/m);
    await terminal.pressUntil('Right', /< P-384 >/);
    await terminal.pressUntil('Down', /^>.rotate-every/m);
    terminal.type('90x');
    await terminal.pressUntil('Down', /^>.usage/m);
    await terminal.pressUntil('Space', /\[x\] sign/);
    await terminal.pressUntil('Down', /^>.label/m);
    terminal.type('team=web, env=test');
    await terminal.pressUntil('Down', /^>.expires/m);
    terminal.type('365d');
    await terminal.until(/expires +365d/);
    terminal.press('Enter');
    const wrong = await terminal.until(/^rotate-every: write a number and s, m, h, d or w, for example 90d\.$/m);
    await expect(steady(wrong)).toMatchFileSnapshot('screens/create-form.txt');
    terminal.press('BSpace');
    terminal.type('d');
    terminal.press('Enter');
    const question = await terminal.until(/^create this key of ECDSA\? {2}y yes, n no$/m);
    await expect(steady(question)).toMatchFileSnapshot('screens/create-question.txt');
    terminal.press('y');
    const created = await terminal.until(/^created web\/tls for sign$/m, /^version 1 +active, ECDSA P-384, /m);
    await expect(steady(created)).toMatchFileSnapshot('screens/create-result.txt');
    const { record } = await office.hsm.keys.get('web/tls');
    expect(record).toMatchObject({
      usages: ['sign'],
      labels: { team: 'web', env: 'test' },
      rotation: { everySeconds: 90 * 86_400 },
      versions: [{ algorithm: { name: 'ECDSA', namedCurve: 'P-384' } }],
    });
    // The same name once more: what the sidecar says is told.
    terminal.press('Escape');
    await terminal.until(/Which algorithm/);
    terminal.press('Enter');
    await terminal.until(/^> name \*/m);
    terminal.type('web/tls');
    terminal.press('Enter');
    await terminal.until(/create this key of ECDSA\?/);
    terminal.press('y');
    await terminal.until(/^error already_exists: /m, /^next: /m);
  });
});
