import { beforeAll, expect, test } from 'vitest';
import { proveRecord } from './prove.ts';
import {
  makeLog,
  makeLogSigners,
  makeSigner,
  recordEntries,
  recordEntry,
  signNote,
  type TestLog,
  type TestSigner,
  testOrigin,
  utf8,
} from './test-log.ts';
import { formatProof, parseProof } from './tlog-proof.ts';
import { verifyReceipt } from './verify-receipt.ts';

const entries = recordEntries(300);
let signers: TestSigner[];
let witnesses: TestSigner[];
let keys: string[];
let log: TestLog;
let receipt: string;

beforeAll(async () => {
  signers = await makeLogSigners();
  witnesses = await Promise.all([
    makeSigner('witness.example/w1', 'Ed25519 witness'),
    makeSigner('witness.example/w2', 'ML-DSA-44'),
  ]);
  keys = signers.map(({ vkey }) => vkey);
  log = await makeLog(entries, signers);
  receipt = await proveRecord(log.source, 290);
});

/** The receipt under the same checkpoint, signed by others. */
async function signedBy(others: readonly TestSigner[]): Promise<string> {
  const proof = parseProof(receipt);
  if (proof === undefined) throw new Error('no receipt');
  const body = proof.checkpoint.slice(0, proof.checkpoint.indexOf('\n\n') + 1);
  return formatProof({ ...proof, checkpoint: await signNote(body, others) });
}

test('a receipt says what was recorded, and where', async () => {
  const { time, details } = JSON.parse(new TextDecoder().decode(entries[290]));
  expect(await verifyReceipt(receipt, { keys })).toMatchObject({
    ok: true,
    origin: testOrigin,
    size: 300,
    index: 290,
    record: { time, details },
    signatures: [{ valid: true }, { valid: true }],
    problems: [],
  });
  expect(await verifyReceipt(utf8(receipt), { keys })).toMatchObject({ ok: true });
});

test('a flipped bit anywhere in a receipt is found', async () => {
  const bytes = utf8(receipt);
  const end = receipt.indexOf('\n\n\u2014') + 200;
  for (let at = 0; at < bytes.length; at += at < end ? 1 : 37) {
    const altered = bytes.map((byte, i) => (i === at ? byte ^ (1 << (at % 7)) : byte));
    const report = await verifyReceipt(altered, { keys });
    expect(report.ok, `byte ${at}`).toBe(false);
    expect(report.problems).not.toEqual([]);
  }
});

test.each([
  ['another entry', () => recordEntry(291), 'entry 290: not in the tree of the checkpoint'],
  ['no record', () => utf8('{}'), 'entry 290: no record: no member v'],
])('%s is refused', async (_, entry, problem) => {
  const report = await verifyReceipt(receipt, { keys }, entry());
  expect(report.ok).toBe(false);
  expect(report.problems).toContain(problem);
});

test('without an extra line the entry is given', async () => {
  const bare = receipt.replace(/extra \S+\n/, '');
  expect(await verifyReceipt(bare, { keys })).toMatchObject({ ok: false, problems: ['receipt: without its entry'] });
  expect(await verifyReceipt(bare, { keys }, entries[290])).toMatchObject({ ok: true });
  const wrong = formatProof({ ...(parseProof(receipt) ?? { index: 0, hashes: [], checkpoint: '' }), extra: utf8('x') });
  expect(await verifyReceipt(wrong, { keys })).toMatchObject({ ok: false });
  expect(await verifyReceipt(wrong, { keys }, entries[290])).toMatchObject({ ok: true });
});

test('every given key of the log must have signed, and one is enough to be given', async () => {
  for (const [i, key] of keys.entries()) {
    expect(await verifyReceipt(receipt, { keys: [key] })).toMatchObject({ ok: true });
    const stripped = await signedBy(signers.filter((_, other) => other !== i));
    expect((await verifyReceipt(stripped, { keys })).problems).toEqual([
      `checkpoint: no ${['Ed25519', 'ML-DSA-44 cosignature'][i]} signature of ${testOrigin}`,
    ]);
  }
  const others = (await makeLogSigners()).map(({ vkey }) => vkey);
  expect(await verifyReceipt(receipt, { keys: others })).toMatchObject({ ok: false });
});

test('a policy decides by the keys of the log and the quorum of witnesses', async () => {
  const policyOf = (quorum: string) =>
    [
      ...keys.map((key) => `log ${key}`),
      ...witnesses.map(({ vkey }, i) => `witness w${i + 1} ${vkey}`),
      'group both all w1 w2',
      `quorum ${quorum}\n`,
    ].join('\n');
  const [w1, w2] = witnesses as [TestSigner, TestSigner];
  const cosigned = await signedBy([...signers, w1]);
  const verdict = async (text: string, quorum: string) => {
    const { ok, problems } = await verifyReceipt(text, { policy: policyOf(quorum) });
    return ok || problems;
  };
  const missing = (quorum: string) => [`checkpoint: not cosigned by the quorum ${quorum} of the policy`];
  expect(await verdict(receipt, 'none')).toBe(true);
  expect(await verdict(receipt, 'w1')).toEqual(missing('w1'));
  expect(await verdict(cosigned, 'w1')).toBe(true);
  expect(await verdict(cosigned, 'w2')).toEqual(missing('w2'));
  expect(await verdict(cosigned, 'both')).toEqual(missing('both'));
  expect(await verdict(await signedBy([...signers, w1, w2]), 'both')).toBe(true);
  // Witnesses alone do not speak for the log, and a cosignature of another checkpoint is none.
  expect(await verdict(await signedBy([w1, w2]), 'both')).toContain(
    `checkpoint: no valid signature of ${testOrigin} with a given key`,
  );
  const line = await w1.line(`${testOrigin}\n299\n${'A'.repeat(43)}=\n`);
  expect(await verdict(receipt + line, 'w1')).toEqual([
    'checkpoint: wrong Ed25519 cosignature signature of witness.example/w1',
    ...missing('w1'),
  ]);
});

test.each([
  ['', /receipt/],
  ['c2sp.org/tlog-proof@v1\nindex 0\n\n', /checkpoint/],
  ['c2sp.org/tlog-proof@v1\nindex 0\n\nx\n0\n\n', /checkpoint/],
])('%j is no receipt, which is said and not thrown', async (text, problem) => {
  const report = await verifyReceipt(text, { keys });
  expect(report).toMatchObject({ ok: false, origin: '', size: 0, index: 0, signatures: [] });
  expect(report.problems[0]).toMatch(problem);
});

test.each([[{ keys: [] }], [{ keys: ['x'] }], [{ policy: 'quorum none\n' }], [{ policy: 'log x\n' }]])(
  'with %j it is a TypeError',
  async (options) => {
    await expect(verifyReceipt(receipt, options)).rejects.toThrow(TypeError);
  },
);
