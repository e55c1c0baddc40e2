import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keyBindings } from '../../cli/src/top/key-bindings.ts';
import { command } from '../../tools/throw-away-sidecar.ts';
import { blocksIn, blocksOf } from '../examples/page.ts';
import { Office } from './office.ts';
import { hasTmux, Terminal } from './terminal.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/top.md'), 'utf8');
const office = new Office();

test('docs/top.md has the keys that the help has', () => {
  const [, tables = ''] = page.split('## Keys of the keyboard');
  const rows = [...tables.matchAll(/^### (.+)$|^\| `(.+)` \| (.+) \|$/gm)].map(([, place, ...row]) => place ?? row);
  expect(rows).toEqual(keyBindings.flatMap(({ place, bindings }) => [place, ...bindings]));
});

test('docs/top.md has the screens in their order', async () => {
  const [, table = ''] = page.split('## Screens\n');
  const names = [...table.matchAll(/^\| ([A-Z]\w+) \|/gm)].map(([, name]) => name);
  expect(names).toEqual(['Keys', 'Create', 'Operate', 'Approvals', 'Audit', 'Status', 'Settings']);
});

describe.skipIf(!hasTmux())('the commands of docs/top.md', () => {
  const lines = blocksIn(blocksOf('docs/top.md'), 'sh').flatMap((block) => block.trim().split('\n'));

  test.each(lines)('%s', async (line) => {
    const { socket, url } = office.sidecar.process;
    const settings = office.path('settings');
    const environment = { XDG_CONFIG_HOME: settings, FERROHSM_SOCKET: socket };
    writeFileSync(office.path('log.keys'), office.hsm.hello.log.keys.join('\n'));
    const profile = ['profile', 'set', 'bob', '--url', `${url}`, '--token-file', office.path('bob.token')];
    execFileSync(process.execPath, [command, ...profile, '--quiet'], { env: { ...process.env, ...environment } });
    const terminal = new Terminal({
      command: `ferrohsm() { ${process.execPath} ${command} "$@"; }; ${line}`,
      folder: office.sidecar.folders.root,
      environment,
    });
    try {
      await terminal.until(/ ferrohsm top {2}(alice|bob) +ready/);
    } finally {
      terminal.close();
    }
  });
});
