import { check, data, hex } from './checks.js';

/** The receipt of an operation verifies here, with nothing but the keys of the log. */
export async function givesReceipts(hsm) {
  const { keys } = hsm.hello.log;
  const receipts = [];
  const { subtle } = hsm.with({ onReceipt: (receipt) => receipts.push(receipt) });
  const { privateKey } = await subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  await subtle.sign('Ed25519', privateKey, data);
  check(receipts.length === 2, 'each operation gives a receipt');
  const receipt = receipts[1];
  const { ok, record } = await hsm.audit.verifyReceipt(receipt, { keys });
  check(ok && record.operation === 'subtle.sign', 'the receipt verifies and says what was done');
  const altered = receipt.replace(/^index (\d+)$/m, (_, index) => `index ${Number(index) - 1}`);
  check(!(await hsm.audit.verifyReceipt(altered, { keys })).ok, 'an altered receipt does not verify');
  return { receipt: hex(new TextEncoder().encode(receipt)), keys: hex(new TextEncoder().encode(keys.join(' '))) };
}
