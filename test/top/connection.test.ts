import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { Office } from './office.ts';
import { hasTmux } from './terminal.ts';

const office = new Office();

describe.skipIf(!hasTmux())('the connection, and the end of it', () => {
  test('a sidecar that went away is seen, and found again', async () => {
    const terminal = await office.sit();
    // Here the sidecar is asked more often.
    terminal.press('6');
    await terminal.until(/^state +ready$/m);
    await office.sidecar.stop();
    await terminal.until(/CONNECTION LOST, trying again/, /^error connection_lost: /m, /^next: /m);
    await office.sidecar.start();
    await terminal.until(/ready/, /^connected again$/m);
    await office.hsm.keys.create({ name: 'after', algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] });
    terminal.press('1');
    await terminal.until(/^[> ] after /m);
  });

  test('a sealed sidecar is seen, and is looked at again when it is unsealed', async () => {
    const terminal = await office.sit();
    terminal.press('6');
    await terminal.until(/^state +ready$/m);
    await office.hsm.system.seal();
    await terminal.until(/ferrohsm top {2}alice +SEALED/);
    terminal.press('1');
    await terminal.until(/^error sealed: /m, /^next: /m);
    terminal.press('6');
    await office.hsm.system.unseal();
    await terminal.until(/ferrohsm top {2}alice +ready/);
  });

  test.each([
    ['q', /ended with 0/],
    ['C-c', /ended with 0/],
  ])('%s quits and leaves the terminal as it was', async (key, end) => {
    const terminal = await office.sit();
    if (key === 'C-c') terminal.press('2', 'Enter');
    if (key === 'C-c') await terminal.until(/^> name/m);
    terminal.press(key);
    const left = await terminal.until(end);
    expect(left).not.toContain('ferrohsm top');
    terminal.type('stty -a');
    terminal.press('Enter');
    await terminal.until(/(^|\s)icanon/, /(^|\s)echo\s/, /(^|\s)isig/);
  });

  test('a signal ends it as well', async () => {
    const terminal = await office.sit();
    const [pid = ''] = execFileSync('pgrep', ['-f', `top --socket ${office.sidecar.process.socket}`], {
      encoding: 'utf8',
    })
      .trim()
      .split('\n')
      .slice(-1);
    process.kill(Number(pid), 'SIGTERM');
    const left = await terminal.until(/ended with 143/);
    expect(left).not.toContain('ferrohsm top');
    terminal.type('stty -a');
    terminal.press('Enter');
    await terminal.until(/(^|\s)icanon/, /(^|\s)echo\s/);
  });
});
