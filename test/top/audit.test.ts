import { generateKeyPairSync, hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { verifyReceipt } from '@ferrohsm/sdk/node';
import { beforeAll, describe, expect, test } from 'vitest';
import { Office } from './office.ts';
import { steady } from './steady-screen.ts';
import { hasTmux } from './terminal.ts';

const office = new Office();

beforeAll(() => {
  writeFileSync(office.path('log.keys'), `${office.hsm.hello.log.keys.join('\n')}\n`);
});

function create(name: string) {
  return office.hsm.keys.create({ name, algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] });
}

describe.skipIf(!hasTmux())('the screen of the log', () => {
  test('shows records as they come, and proves one with the keys that were pinned', async () => {
    await create('first');
    // Wide enough for the origin of a log on a host with a long name.
    const terminal = await office.sit({ words: '--key-file log.keys', columns: 120 });
    terminal.press('5');
    await terminal.until(/INDEX +TIME/);
    terminal.press('/');
    terminal.type('keys.create outcome=ok');
    await terminal.until(/keys\.create +alice +first +ok/);
    await create('second');
    const live = await terminal.until(/keys\.create +alice +second +ok/);
    expect(live.indexOf('second')).toBeLessThan(live.indexOf('first'));
    terminal.press('Escape');
    const list = await terminal.until(/Enter proof/);
    await expect(withoutNumbers(list)).toMatchFileSnapshot('screens/audit.txt');
    terminal.press('Enter');
    const proved = await terminal.until(/^proved: the record is in the log$/m, /ML-DSA-44 cosignature: valid/);
    await expect(withoutNumbers(proved)).toMatchFileSnapshot('screens/audit-proof.txt');
    terminal.press('w', 'Enter');
    const written = await terminal.until(/^the receipt of record \d+ is in record-\d+\.tlog-proof$/m);
    const [, file = ''] = /in (record-\d+\.tlog-proof)$/m.exec(written) ?? [];
    const { keys } = office.hsm.hello.log;
    const report = await verifyReceipt(readFileSync(office.path(file)), { keys });
    expect(report).toMatchObject({ ok: true, record: { operation: 'keys.create', resource: 'second' } });
  });

  test('believes nobody whose keys were not pinned', async () => {
    const terminal = await office.sit({ words: `--key '${foreignKey()}'` });
    terminal.press('5');
    await terminal.until(/INDEX +TIME/);
    await terminal.until(/^> \d+ +\S+ +keys\.list/m);
    terminal.press('Enter');
    await terminal.until(/^NOT PROVED: do not rely on it$/m);
  });

  test('says that keys of the sidecar itself prove little; its own looks are left out', async () => {
    const terminal = await office.sit();
    terminal.press('5');
    await terminal.until(/without those of looking here/, /^> \d+ +\S+ +(keys\.list|session\.whoami|system\.hello)/m);
    terminal.press('o');
    await terminal.until(/^> \d+ +\S+ +(audit\.list|system\.status)/m);
    terminal.press('Down', 'Enter');
    await terminal.until(/^with the keys that this sidecar named itself; pin them: see --key-file$/m);
  });
});

/** The verifier key of another log (C2SP signed-note). */
function foreignKey(): string {
  const name = 'other.example/log';
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const key = Buffer.concat([Buffer.of(1), Buffer.from(x, 'base64url')]);
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), key]), 'hex').slice(0, 8);
  return `${name}+${id}+${key.toString('base64')}`;
}

/** How many records there were before depends on how fast the terminal was. */
function withoutNumbers(screen: string): string {
  return steady(screen)
    .replace(/^\d+ of \d+ records/m, 'N of N records')
    .replaceAll(/^([> ] )\d+( +)(?=0000)/gm, (_, mark: string, space: string) => `${mark}N${space}`.padEnd(11))
    .replace(/^(details\.stateRoot +)[0-9a-f]{64}$/m, '$1HASH')
    .replace(/^(entries +|index +)\d+$/gm, '$1N')
    .replace(/^(durationUs +|outputBytes +|details\.stateCounter +)\d+$/gm, '$1N');
}
