import { ApprovalRequiredError } from '@ferrohsm/sdk/node';
import { beforeAll, describe, expect, test } from 'vitest';
import { Office, passphrase } from './office.ts';
import { steady } from './steady-screen.ts';
import { hasTmux, type Terminal } from './terminal.ts';

const office = new Office();

beforeAll(async () => {
  for (const name of ['vault/master', 'vault/other']) {
    await office.hsm.keys.create({ name, algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] });
  }
});

/** Alice asks for the secret of a key. @returns the id of the request */
async function ask(name: string): Promise<string> {
  const error = await office.hsm.keys.export(name, 'pkcs8').then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ApprovalRequiredError) return error.approval.id;
  throw new Error('nobody had to approve', { cause: error });
}

async function look(terminal: Terminal): Promise<void> {
  terminal.press('4');
  await terminal.until(/STATE +GIVEN/);
}

describe.skipIf(!hasTmux())('the screen of approvals', () => {
  test('shows what comes, in words, and approves it with the key of the person, whose passphrase does not show', async () => {
    const terminal = await office.sit({ person: 'bob', words: '--approval-key bob.key' });
    await look(terminal);
    await terminal.until(/nothing waits/);
    const id = await ask('vault/master');
    const list = await terminal.until(/^> pending +0\/1 +alice/m);
    await expect(steady(list)).toMatchFileSnapshot('screens/approvals.txt');
    terminal.press('Enter');
    const detail = await terminal.until(/^alice wants to get the SECRET of the key vault\/master/m);
    await expect(steady(detail)).toMatchFileSnapshot('screens/approval-detail.txt');
    terminal.press('a');
    await terminal.until(/^ {2}key \* +bob\.key$/m);
    terminal.press('Enter');
    const question = await terminal.until(/^Approve this as bob\? {2}y yes, n no$/m);
    await expect(steady(question)).toMatchFileSnapshot('screens/approval-question.txt');
    terminal.press('y');
    await terminal.until(/^passphrase of bob\.key:$/m);
    terminal.type('wrong');
    terminal.press('Enter');
    await terminal.until(/^error: cannot read the key bob\.key: the passphrase is wrong/m);
    terminal.press('Enter');
    await terminal.until(/Approve this as bob\?/);
    terminal.press('y');
    await terminal.until(/^passphrase of bob\.key:/m);
    terminal.type(passphrase);
    expect(terminal.screen()).not.toContain(passphrase);
    terminal.press('Enter');
    const done = await terminal.until(new RegExp(`^approved ${id}, which is now approved$`, 'm'));
    expect(done).toContain('ferrohsm top');
    expect((await office.hsm.approvals.get(id)).state).toBe('approved');
    expect(await office.hsm.keys.export('vault/master', 'pkcs8')).toBeDefined();
  });

  test('is not forged by another key, and can be given up at the passphrase', async () => {
    const id = await ask('vault/other');
    const terminal = await office.sit({ person: 'bob', words: '--approval-key other.key' });
    await look(terminal);
    await terminal.until(/^> pending/m);
    terminal.press('a');
    await terminal.until(/other\.key/);
    terminal.press('Enter');
    await terminal.until(/Approve this as bob\?/);
    terminal.press('y');
    await terminal.until(/^error evidence_invalid: /m, /^next: /m);
    terminal.press('Up');
    for (let typed = 0; typed < 'other.key'.length; typed++) terminal.press('BSpace');
    terminal.type('bob.key');
    terminal.press('Enter');
    await terminal.until(/Approve this as bob\?/);
    terminal.press('y');
    await terminal.until(/^passphrase of bob\.key:/m);
    terminal.press('Escape');
    await terminal.until(/^error: no passphrase was given/m);
    expect((await office.hsm.approvals.get(id)).state).toBe('pending');
    terminal.press('Enter');
    await terminal.until(/Approve this as bob\?/);
    terminal.press('y');
    await terminal.until(/^passphrase of bob\.key:/m);
    terminal.press('C-c');
    await terminal.until(/ended with 130/);
    terminal.type('stty -a');
    terminal.press('Enter');
    await terminal.until(/(^|\s)icanon/, /(^|\s)echo\s/);
  });

  test('denies for good, with a reason', async () => {
    const id = await ask('vault/other');
    const terminal = await office.sit({ person: 'bob' });
    await look(terminal);
    await terminal.until(/^> pending/m);
    terminal.press('d');
    await terminal.until(/^Refuse a held operation for good/m);
    terminal.type('not before the audit');
    terminal.press('Enter');
    await terminal.until(/^Refuse this for good\?/m);
    terminal.press('y');
    await terminal.until(new RegExp(`^denied ${id}$`, 'm'));
    terminal.press('Escape');
    await terminal.until(/ f all /);
    terminal.press('f');
    await terminal.until(/denied +0\/1 +alice/);
    const { state, votes } = await office.hsm.approvals.get(id);
    expect([state, votes[0]?.reason]).toEqual(['denied', 'not before the audit']);
  });

  test('who asked can take it back, and cannot approve', async () => {
    const id = await ask('vault/other');
    const terminal = await office.sit();
    await look(terminal);
    await terminal.until(/^> pending/m);
    terminal.press('c');
    await terminal.until(/^Take/m);
    terminal.press('Enter');
    await terminal.until(/^Take this request back\?/m);
    terminal.press('y');
    await terminal.until(/nothing waits|cancelled/);
    expect((await office.hsm.approvals.get(id)).state).toBe('cancelled');
  });
});
