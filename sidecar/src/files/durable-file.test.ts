import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { testFolder } from '../keystore/test-store.ts';

const module = pathToFileURL(join(import.meta.dirname, 'durable-file.ts')).href;
const make = `const [path] = process.argv.slice(1);
const { makeFolders } = await import(${JSON.stringify(module)});
try { makeFolders(path, 'state folder'); console.log('ok'); } catch (error) { console.log(error.code, error.message); }`;

/** What making the folder says in a process of its own. */
function made(path: string, ...under: readonly string[]): string {
  const [program = process.execPath, ...words] = [...under, process.execPath];
  return execFileSync(program, [...words, '--input-type=module', '--eval', make, path], { encoding: 'utf8' });
}

test('the name of a folder that an earlier process made is made durable', () => {
  const folder = testFolder();
  const path = join(folder, 'state');
  mkdirSync(path);
  const trace = ['strace', '-f', '-e', 'trace=openat,fsync', '-o', join(folder, 'trace')];
  expect(made(path, ...trace)).toBe('ok\n');
  const lines = execFileSync('cat', [join(folder, 'trace')], { encoding: 'utf8' }).split('\n');
  const opened = lines.find((line) => line.includes(`"${folder}", O_RDONLY`) && line.includes('O_DIRECTORY'));
  const descriptor = opened?.split('= ').at(-1);
  expect(lines.some((line) => line.includes(`fsync(${descriptor})`))).toBe(true);
});

test.skipIf(process.getuid?.() !== 0)(
  'in a folder that may not be read, one that is there is taken, and none is left',
  () => {
    const parent = join(testFolder(), 'parent');
    mkdirSync(join(parent, 'there'), { recursive: true });
    const nobody = 65_534;
    for (const path of [parent, join(parent, 'there')]) chownSync(path, nobody, nobody);
    // May be written and entered.
    chmodSync(parent, 0o300);
    chmodSync(join(parent, '..'), 0o711);
    const as = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
    expect(made(join(parent, 'there'), ...as)).toBe('ok\n');
    expect(made(join(parent, 'new'), ...as)).toBe(
      'config_invalid configuration is not valid: state folder cannot be created\n',
    );
    expect(existsSync(join(parent, 'new'))).toBe(false);
  },
);
