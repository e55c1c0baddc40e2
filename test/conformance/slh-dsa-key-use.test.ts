import { expect, test } from 'vitest';
import { liveSubtle } from './live-subtle.ts';
import { fastRows, flipBit, foreignKeyData, type ParameterSet } from './slh-dsa-sets.ts';

const live = liveSubtle();
const message = Buffer.from('one message for every parameter set');

/** An algorithm that lets something happen while it is read: before bytes are copied. */
function meanwhile(name: string, act: () => void): Algorithm {
  return {
    get name() {
      act();
      return name;
    },
  };
}

async function keysOf(set: ParameterSet) {
  const subtle = live();
  const data = foreignKeyData(set);
  const privateKey = await subtle.importKey('raw-private', data.private['raw-private'], set.name, false, ['sign']);
  const publicKey = await subtle.importKey('spki', data.public.spki, set.name, false, ['verify']);
  return { subtle, data, privateKey, publicKey };
}

test.each(fastRows)('a key does what it is for: %s', async (name, set) => {
  const { subtle, data, privateKey, publicKey } = await keysOf(set);
  const signature = await subtle.sign(name, privateKey, message);
  const useless = await subtle.importKey('spki', data.public.spki, name, false, []);
  const hmac = (await subtle.generateKey({ name: 'HMAC', hash: 'SHA-1' }, false, ['sign', 'verify'])) as CryptoKey;
  const otherName = (fastRows.find(([other]) => other !== name) as (typeof fastRows)[number])[0];
  for (const refused of [
    () => subtle.verify(name, privateKey, signature, message),
    () => subtle.sign(name, publicKey, message),
    () => subtle.verify(name, useless, signature, message),
    () => subtle.sign(name, hmac, message),
    () => subtle.verify(name, hmac, signature, message),
    () => subtle.sign(otherName, privateKey, message),
    () => subtle.verify(otherName, publicKey, signature, message),
  ]) {
    await expect(refused()).rejects.toMatchObject({ name: 'InvalidAccessError' });
  }
});

test.each(fastRows)('bytes are those at the call: %s', async (name, set) => {
  const { subtle, privateKey, publicKey } = await keysOf(set);
  const good = new Uint8Array(await subtle.sign(name, privateKey, message));
  const check = (signature: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>, algorithm: string | Algorithm) =>
    subtle.verify(algorithm, publicKey, signature, data);
  const changes: readonly [string, (bytes: Uint8Array<ArrayBuffer>) => void][] = [
    ['altered', (bytes) => bytes.fill(0)],
    ['transferred', ({ buffer }) => buffer.transfer()],
  ];
  for (const [label, change] of changes) {
    const [signature, data] = [Uint8Array.from(good), Uint8Array.from(message)];
    const verified = check(signature, data, name);
    change(signature);
    change(data);
    expect(await verified, `${label} after the call`).toBe(true);

    const [second, third] = [Uint8Array.from(good), Uint8Array.from(message)];
    expect(
      await check(
        second,
        Uint8Array.from(message),
        meanwhile(name, () => change(second)),
      ),
      label,
    ).toBe(false);
    expect(
      await check(
        good,
        third,
        meanwhile(name, () => change(third)),
      ),
      label,
    ).toBe(false);

    const signedData = Uint8Array.from(message);
    const signed = subtle.sign(name, privateKey, signedData);
    change(signedData);
    expect(await check(new Uint8Array(await signed), Uint8Array.from(message), name)).toBe(true);
  }
  const [wrong, wrongData] = [flipBit(good, 0), flipBit(message, 0)];
  const put = meanwhile(name, () => {
    wrong.set(good);
    wrongData.set(message);
  });
  expect(await check(wrong, wrongData, put)).toBe(true);

  const context = new Uint8Array(8).fill(1);
  const withContext = subtle.sign({ name, context } as Algorithm, privateKey, message);
  context.fill(2);
  const before = { name, context: new Uint8Array(8).fill(1) };
  expect(await check(new Uint8Array(await withContext), Uint8Array.from(message), before as Algorithm)).toBe(true);
});
