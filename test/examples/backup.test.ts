import { expect, test } from 'vitest';
import { blocksIn, blocksOf, pageShell, serving } from './page.ts';

const blocks = blocksOf('docs/backup.md');
const [whole = '', increment = '', consent = '', author = ''] = blocksIn(blocks, 'sh');

test('every block of docs/backup.md is one that is tried here', () => {
  expect(blocks.map(({ language }) => language)).toEqual(['sh', 'sh', 'sh', 'sh']);
});

/** A snippet with the places of the test. */
function adapted(text: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((changed, [from, to]) => {
    expect(changed).toContain(from);
    return changed.replaceAll(from, to);
  }, text);
}

/** The part of a snippet from one comment to another. */
function part(text: string, from: string, to?: string): string {
  const start = text.indexOf(from);
  const end = to === undefined ? text.length : text.indexOf(to);
  expect(start).toBeGreaterThanOrEqual(0);
  expect(end).toBeGreaterThan(start);
  return text.slice(start, end);
}

/** Bob consents to what waits. */
const consenting = `
approve() {
  until id=$(ferrohsm approval list --state pending --json | grep -o -m1 'apr_[A-Za-z0-9_-]*'); do sleep 0.2; done
  ferrohsm approval approve $id --key custodians/bob.key --yes --url $url --token-file custodians/bob.token
}`;

test('the commands of docs/backup.md lead to a restored sidecar', { timeout: 240_000 }, () => {
  const places = { '/var/lib/ferrohsm': 'restored/state', '/etc/ferrohsm': 'hsm', './old-log': 'state/log' };
  const restore = part(whole, 'ferrohsm backup restore').trim();
  // The page shows first what it explains later.
  expect(consent.trim().endsWith(restore)).toBe(true);
  const output = pageShell().run(
    [
      'ferrohsm init --config hsm --custodian alice:$UID --custodian bob --yes',
      part(whole, '# Once', '# The sidecar'),
      serving('ferrohsm serve --config hsm --backup-folder backups'),
      consenting,
      'ferrohsm key create releases --algorithm Ed25519',
      'approve & helper=$!',
      part(whole, '# Every secret', '# Where the private'),
      'wait $helper',
      'file=$(echo backups/*.fhbk)',
      adapted(part(whole, '# Where the private', '# On a new host'), { FILE: '$file' }),
      'id=$(ferrohsm backup list | grep -o "backup_[A-Za-z0-9_-]*$" | head -1)',
      'mkdir vault; mv $file vault',
      'approve & helper=$!',
      adapted(increment.split('\n')[0] ?? '', { backup_XYZ: '$id' }),
      'wait $helper',
      'file=$(echo backups/*.fhbk)',
      adapted(increment.split('\n')[1] ?? '', { INCREMENT: '$file', '/vault/november': 'vault' }),
      'mv vault/* backups',
      'ferrohsm audit keys > log.keys',
      adapted(author, { FILE: '$file', './old-log': 'state/log' }),
      adapted(part(consent, '# Where the backup and', '# Bob'), { FILE: '$file', ...places }),
      'origin=$(grep -o \'"audience": "[^"]*\' request.json | cut -d\'"\' -f4)',
      adapted(part(consent, '# Bob', '# Where the backup is'), {
        'bob.key': 'custodians/bob.key --yes',
        'hsm.example/ferrohsm/0123456789abcdef': '$origin',
      }),
      adapted(part(consent, '# Where the backup is'), { FILE: '$file', ...places }),
      'ferrohsm audit show 1 --log restored/state/log',
    ].join('\n'),
    230_000,
  );
  expect(output).toMatch(/^continues +backup_/m);
  expect(output).toMatch(/^alice wants to restore a backup/m);
  expect(output).toContain('backup.restore');
});
