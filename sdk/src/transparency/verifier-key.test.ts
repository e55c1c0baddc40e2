import { expect, test } from 'vitest';
import { checkSignatures } from './signatures.ts';
import { parseNote } from './signed-note.ts';
import { parseVerifierKey } from './verifier-key.ts';

/** The example of C2SP signed-note, "Verifier keys". */
const exampleKey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const exampleNote = `This is an example message.

\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;
/** The example of golang.org/x/mod/sumdb/note. */
const goKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const goNote = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;

async function check(key: string, note: string) {
  const parsed = parseNote(new TextEncoder().encode(note));
  if (parsed === undefined) return undefined;
  // An Ed25519 signature covers the text alone.
  return checkSignatures({ ...parsed, origin: '', size: 0, root: new Uint8Array(32) }, [await parseVerifierKey(key)]);
}

test.each([
  [exampleKey, exampleNote, 'example.com/foo'],
  [goKey, goNote, 'PeterNeumann'],
])('the published key %s verifies its note', async (key, note, name) => {
  expect(await check(key, note)).toEqual([{ name, algorithm: 'Ed25519', valid: true }]);
});

test('an altered text does not verify, and a line of another key is unchecked', async () => {
  const altered = exampleNote.replace('example message', 'other message');
  expect(await check(exampleKey, altered)).toMatchObject([{ valid: false }]);
  expect(await check(goKey, exampleNote)).toMatchObject([{ algorithm: 'unknown', valid: 'unchecked' }]);
});

test.each([
  ['', /malformed/],
  ['example.com/foo', /malformed/],
  [exampleKey.replace('+530d903a', '+530d903b'), /id 530d903b, not 530d903a/],
  [exampleKey.replace('foo', 'bar'), /id 530d903a/],
  [exampleKey.slice(0, -1), /malformed/],
  [`${exampleKey}=`, /malformed/],
  [exampleKey.replace('+530d', '+530D'), /malformed/],
  ['example.com/foo+530d903a+/+kyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', /unknown type 255/],
  ['example.com/foo+530d903a+AekyeRrm', /with 5 bytes/],
])('the verifier key %j is a TypeError', async (key, message) => {
  await expect(parseVerifierKey(key)).rejects.toThrow(message);
  await expect(parseVerifierKey(key)).rejects.toBeInstanceOf(TypeError);
});

test.each([
  ['no empty line', exampleNote.replace('\n\n', '\n')],
  ['no newline at the end', exampleNote.slice(0, -1)],
  ['a carriage return', exampleNote.replace('message.\n', 'message.\r\n')],
  ['a hyphen for the dash', exampleNote.replace('\u2014', '-')],
  ['spare base64 bits', exampleNote.replace('aQM=', 'aQN=')],
  ['a signature without bytes', exampleNote.replace(/foo \S+/, 'foo Uw2QOg==')],
  ['an empty signature line', `${exampleNote}\n`],
])('a note with %s is malformed', async (_, note) => {
  expect(await check(exampleKey, note)).toBeUndefined();
});
