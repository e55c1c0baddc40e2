import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import schema from '../../../schemas/config.json' with { type: 'json' };
import { readConfigDocument } from './config-document.ts';
import { keyOf, misfitsOf } from './config-misfits.ts';
import { configTemplate } from './config-template.ts';

const ajv = new Ajv2020({ strict: false });
const fitsSchema = ajv.compile(schema);

function told(value: unknown): string[] {
  return misfitsOf(value).map(({ reason, hint }) => (hint === undefined ? reason : `${reason} (${hint})`));
}

test.each<[unknown, string]>([
  [{ sesions: {} }, 'unknown key sesions (did you mean sessions?)'],
  [{ sessions: { idle: 5 } }, 'unknown key sessions.idle (did you mean idleSeconds?)'],
  [{ sessions: { idleSecond: 5 } }, 'unknown key sessions.idleSecond (did you mean idleSeconds?)'],
  [{ idleSeconds: 5 }, 'unknown key idleSeconds (did you mean sessions.idleSeconds?)'],
  [{ allow_debugging: true }, 'unknown key allow_debugging (did you mean allowDebugging?)'],
  [{ pin: '1234' }, 'unknown key pin (secrets never stand in this file: name what holds them)'],
  [{ rootKey: { passphrase: 'hunter2' } }, 'unknown key rootKey.passphrase (did you mean passphraseFile?)'],
  [{ state: 5 }, 'state must be a text'],
  [{ state: null }, 'state must be a text'],
  [{ state: ' ' }, 'state is empty'],
  [{ systemdSockets: 'yes' }, 'systemdSockets must be true or false'],
  [{ sessions: [] }, 'sessions must be a mapping'],
  [{ sessions: { idleSeconds: 1.5 } }, 'sessions.idleSeconds must be a whole number'],
  [{ sessions: { idleSeconds: -1 } }, 'sessions.idleSeconds must be >= 0'],
  [{ drainSeconds: 601 }, 'drainSeconds must be <= 600'],
  [{ sessionKeyAudit: 'never' }, 'sessionKeyAudit must be one of durable, buffered'],
  [{ sockets: [] }, 'sockets is empty'],
  [{ sockets: ['/a'] }, 'sockets[0] must be a mapping'],
  [{ sockets: [{ name: 'a' }] }, 'sockets[0] needs path'],
  [{ sockets: [{ path: '/a', mode: 432 }] }, 'sockets[0].mode must be a text'],
  [{ sockets: [{ path: '/a', mode: '0999' }] }, 'sockets[0].mode must be three octal digits in quotes, such as "0660"'],
  [{ sockets: [{ path: '/a', group: true }] }, 'sockets[0].group must be a text or a whole number'],
  [
    { approvals: { webhooks: ['https://me:secret@a'] } },
    'approvals.webhooks[0] must be a URL without user and password',
  ],
  ['text', 'the file must be a mapping'],
  [[], 'the file must be a mapping'],
  [JSON.parse('{"__proto__": 1}'), 'unknown key __proto__'],
  [{ constructor: 1 }, 'unknown key constructor'],
])('%j is refused: %s', (value, text) => {
  expect(told(value)).toEqual([text]);
});

test('every misfit is told, and no value', () => {
  const value = { state: 7_777_777, drainSeconds: 'hunter2', x: 'hunter2', sockets: [{ path: 1 }, { mode: 2 }] };
  expect(misfitsOf(value).map(({ path }) => keyOf(path))).toEqual(
    expect.arrayContaining(['state', 'drainSeconds', 'x', 'sockets[0].path', 'sockets[1].mode', 'sockets[1]']),
  );
  expect(JSON.stringify(misfitsOf(value))).not.toMatch(/hunter2|7777777/);
});

test('what is refused is what the published schema refuses', () => {
  const leaf = fc.oneof(fc.constantFrom('durable', '/a', '', '0660', true, false, null, 0, 5, 1000), fc.jsonValue());
  const names = [...Object.keys(schema.properties), 'idleSeconds', 'path', 'mode', 'tls', 'file'];
  const object = fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.constantFrom(...names), leaf)),
  );
  fc.assert(
    fc.property(object, (value) => {
      expect(misfitsOf(value).length === 0).toBe(fitsSchema(value));
    }),
    { numRuns: 500 },
  );
});

test('the file that "config init" writes says nothing, and is valid when its marks are taken away', () => {
  const template = configTemplate();
  expect(readConfigDocument(template)).toMatchObject({ value: {}, findings: [] });
  const said = readConfigDocument(template.replaceAll(/^( *)#(?=[a-zA-Z0-9]+:)/gm, '$1'));
  expect(said.findings).toEqual([]);
  expect(told(said.value)).toEqual([]);
  expect(Object.keys(said.value as object)).toEqual(Object.keys(schema.properties));
  expect(stringify(said.value)).toContain('clientCa: clients.pem');
});
