import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, parseCheckpoint, verifyConsistency, verifyLog, verifyReceipt } from '@ferrohsm/sdk/node';
import { hasGo, verifyLogWithGo, verifyReceiptWithGo } from '../test/go/verify-with-go.ts';

// The log of the sidecar, and two that its host made of the same state folder (receipts.setup.ts).
const { LOG: log = '', OLDER_LOG: cut = '', FORKED_LOG: forked = '', FERROHSM: program = '' } = process.env;
const { WORK: folder = '' } = process.env;

await using hsm = await connect();

// Pinned once, where the host of the sidecar cannot change them.
const keys = hsm.hello.log.keys;
const keyFile = join(folder, 'log.keys');
writeFileSync(keyFile, keys.join('\n'));

// In this view each operation brings its receipt.
const receipts: string[] = [];
const { subtle } = hsm.with({ onReceipt: (receipt) => receipts.push(receipt) });
const { privateKey } = await hsm.keys.get('invoices/signing');
await subtle.sign('Ed25519', privateKey, new TextEncoder().encode('invoice 42: 1,000 EUR'));
const [receipt = ''] = receipts;

// Whoever is handed it needs the pinned keys, and no sidecar.
const { ok, index, size, record } = await verifyReceipt(receipt, { keys });
assert(ok && record?.operation === 'subtle.sign' && record.keyName === 'invoices/signing' && record.outcome === 'ok');
console.log(`receipt: record ${index} of ${size}: ${record.operation} with ${record.keyName}, ${record.outcome}`);
const changed = receipt.replace(/^extra .*$/m, `extra ${btoa(JSON.stringify({ ...record, keyName: 'other' }))}`);
assert.equal((await verifyReceipt(changed, { keys })).ok, false);

// So does a program that shares nothing with FerroHSM but the format: Go's own transparency log.
const receiptFile = join(folder, 'invoice-42.tlog-proof');
writeFileSync(receiptFile, receipt);
if (hasGo) {
  const inGo = [await verifyReceiptWithGo(receiptFile, keys), await verifyLogWithGo(log, keys)];
  for (const verdict of inGo) assert(verdict.ok, verdict.text);
  console.log(`in Go: the receipt is valid; the log: ${inGo[1]?.text}`);
} else console.log('in Go: not tried, Go is missing here');

/** Verifies a log by itself, as it lies in a folder or on a web server. */
function verifyFolder(place: string) {
  const read = async (path: string) => (existsSync(join(place, path)) ? readFileSync(join(place, path)) : undefined);
  return verifyLog({ read }, { keys });
}

/** Asks "ferrohsm audit consistency" whether a log goes on from the checkpoint that was kept. */
function continues(place: string) {
  const words = [program, 'audit', 'consistency', keptFile, '--log', place, '--key-file', keyFile];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  return { status, finding: /checkpoint: (.*)/.exec(stderr)?.[1] };
}

// An EDITED log: one byte of that record, in the last bundle of entries. It names the record.
const edited = join(folder, 'edited');
cpSync(log, edited, { recursive: true });
const bundle = join(edited, `tile/entries/000.p/${size}`);
const entries = readFileSync(bundle);
entries[entries.lastIndexOf('invoices/signing')] = 'I'.charCodeAt(0);
writeFileSync(bundle, entries);
const { ok: isIntact, firstBadEntry, problems } = await verifyFolder(edited);
assert(!isIntact && firstBadEntry === index);
console.log(`edited log: not valid, first bad entry ${firstBadEntry}: ${problems[0]}`);
if (hasGo) assert.equal((await verifyLogWithGo(edited, keys)).ok, false);

// By themselves the other two are valid: the log did sign them. What was kept elsewhere gives them away.
const forkSize = (await verifyFolder(forked)).size;
let kept = await hsm.audit.checkpoint();
while (kept.size < forkSize) kept = await hsm.audit.checkpoint();
const keptFile = join(folder, 'kept.checkpoint');
writeFileSync(keptFile, kept.note);

// A CUT log: an older checkpoint, with the entries that it covers.
const older = await verifyFolder(cut);
assert(older.ok && older.size < kept.size);
const onCut = continues(cut);
assert(onCut.status === 1 && onCut.finding?.includes('it was cut'));
console.log(`cut log: valid by itself, but no continuation: ${onCut.finding}`);

// A FORKED log: the same size and another root, both signed. Two such checkpoints prove it to anybody.
const fork = parseCheckpoint(readFileSync(join(forked, 'checkpoint')));
const own = parseCheckpoint(new TextEncoder().encode(kept.note));
assert(fork && own && (await verifyFolder(forked)).ok && fork.size === own.size && fork.origin === own.origin);
assert.equal(await verifyConsistency(own.size, fork.size, [], own.root, fork.root), false);
const onFork = continues(forked);
assert(onFork.status === 1 && onFork.finding?.includes('are others than those it covers'));
console.log(`forked log: valid by itself, but no continuation: ${onFork.finding}`);
assert.equal(continues(log).status, 0);
console.log('the log of the sidecar: continues the checkpoint that was kept');
