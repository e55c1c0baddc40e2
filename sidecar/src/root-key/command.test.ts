import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommandProvider } from './command.ts';
import { testFolders } from './test-folder.ts';

let root: string;
const notices: string[] = [];
beforeEach(() => {
  root = testFolders().root;
});
afterEach(() => {
  notices.length = 0;
});

function program(text: string): string {
  const path = join(root, 'program');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o700);
  return path;
}

async function obtain(text: string, programArguments: readonly string[] = [], timeoutMs = 10_000) {
  const onNotice = (notice: string) => void notices.push(notice);
  return createCommandProvider({ program: program(text), programArguments, timeoutMs, onNotice }).obtain();
}

const refused = (detail: string | RegExp) => ({ code: 'config_invalid', detail: expect.stringMatching(detail) });

describe('the root key of a command', () => {
  test('is its output: raw, hex in either case, base64 of either alphabet, with or without a line end', async () => {
    for (let turn = 0; turn < 8; turn += 1) {
      const key = randomBytes(32);
      writeFileSync(join(root, 'raw'), key);
      const texts = [
        key.toString('hex'),
        key.toString('hex').toUpperCase(),
        key.toString('base64'),
        key.toString('base64url'),
      ];
      const outputs = [
        `cat ${root}/raw`,
        ...texts.flatMap((text) => [`printf %s '${text}'`, `echo '${text}'`, `printf '%s\\r\\n' '${text}'`]),
      ];
      for (const output of outputs) expect((await obtain(output)).rootKey.bytes, output).toEqual(key);
    }
  });

  test('gets its arguments as they are, and nothing of the environment but PATH and which key is wanted', async () => {
    process.env.FERROHSM_CANARY = 'x';
    const ask = `[ "$FERROHSM_CANARY$HOME" = '' ] && [ "$FERROHSM_ROOT_KEY" = present ] && [ -n "$PATH" ] && [ "$#" = 2 ] && [ "$1" = 'a b; $(c)' ] && printf '%064d' 7`;
    expect((await obtain(ask, ['a b; $(c)', ''])).created).toBe(false);
    delete process.env.FERROHSM_CANARY;
  });

  test('is refused when it is nothing, too short, too long or no text of a key', async () => {
    for (const output of [
      'true',
      "printf '%031d' 7",
      "printf '%063d' 7",
      "printf '%065d' 7",
      "printf '%063dg' 7",
      "printf '%042d!' 7",
    ]) {
      await expect(obtain(output), output).rejects.toMatchObject(refused(/it wrote \d+ bytes, needed/));
    }
    await expect(obtain('yes')).rejects.toMatchObject(refused('wrote more than 66 bytes'));
  });

  test('that failed says why in a notice, and never what it wrote', async () => {
    const failing = obtain(`printf '%064d' 7; printf 'no token\\033[2J in slot 1\\n' >&2; exit 3`);
    await expect(failing).rejects.toMatchObject(refused(/ended with 3$/));
    expect(notices).toEqual([expect.stringMatching(/^the root key command said: no token \[2J in slot 1 *$/)]);
    expect(JSON.stringify(await failing.catch((error) => [error.message, notices]))).not.toContain('00000');
  });

  test('that takes too long is ended, and so is what holds its output open', async () => {
    const before = Date.now();
    await expect(obtain('sleep 30', [], 200)).rejects.toMatchObject(refused(/ended by a signal/));
    await expect(obtain('sleep 30 & exit 0', [], 200)).rejects.toMatchObject(refused(/it wrote 0 bytes/));
    expect(Date.now() - before).toBeLessThan(5_000);
  });

  test('needs an absolute path to a program that can be run', async () => {
    const given = { programArguments: [], onNotice: () => undefined };
    await expect(createCommandProvider({ program: 'cat', ...given }).obtain()).rejects.toMatchObject(
      refused('absolute'),
    );
    const missing = createCommandProvider({ program: join(root, 'none'), ...given });
    await expect(missing.obtain()).rejects.toMatchObject(refused(/cannot be run \(ENOENT\)/));
  });
});
