import assert from 'node:assert/strict';
import { test } from 'vitest';
import { rootKeyOptions } from './root-key-options.ts';

test('the root key is a key file unless another place is named', () => {
  const place = (given: Parameters<typeof rootKeyOptions>[0]) => rootKeyOptions(given, '/etc/root.key');
  assert.deepEqual(place({}), { kind: 'key-file', path: '/etc/root.key' });
  assert.deepEqual(place({ rootKey: '/k' }), { kind: 'key-file', path: '/k' });
  assert.deepEqual(place({ passphraseFile: '/p' }), { kind: 'passphrase', source: { path: '/p' } });
  assert.deepEqual(place({ passphraseFd: 3 }), { kind: 'passphrase', source: { descriptor: 3 } });
  assert.deepEqual(place({ rootKeyCredential: 'root.key' }), { kind: 'credential', name: 'root.key' });
  assert.deepEqual(place({ rootKeyShares: true }), { kind: 'shares' });
  assert.deepEqual(place({ rootKeyCommand: '/bin/get', rootKeyArgument: ['--slot', '1'] }), {
    kind: 'command',
    program: '/bin/get',
    programArguments: ['--slot', '1'],
  });
});

test('two places, and arguments of no program, are refused', () => {
  const given = [
    { rootKey: '/k', passphraseFd: 3 },
    { passphraseFile: '/p', passphraseFd: 3 },
    { rootKey: '/k', rootKeyShares: true },
    { rootKeyCommand: '/bin/get', rootKeyCredential: 'a' },
    { rootKeyArgument: ['a'] },
  ];
  for (const each of given) assert.throws(() => rootKeyOptions(each, '/k'), { exitStatus: 2 });
});
