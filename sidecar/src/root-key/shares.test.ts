import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { combine } from 'shamir-secret-sharing';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSealing } from '../crypto/sealing.ts';
import { Secret } from '../secret.ts';
import { combineShares } from './shamir.ts';
import { ShareCollection } from './share-collection.ts';
import { dealShares } from './share-dealing.ts';
import { checkOf, readShareParameters } from './share-parameters.ts';
import { decodeShare } from './share-text.ts';
import { testFolders } from './test-folder.ts';

const sealing = createSealing();
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

let path: string;
beforeEach(() => {
  path = join(testFolders().config, 'shares.json');
});

/** A root key in shares, and the parameters where the sidecar finds them. */
function dealt({ threshold = 3, count = 5 } = {}, rootKey = randomBytes(32)) {
  const { texts, parameters } = dealShares(Secret.copy(rootKey), { threshold, count }, sealing);
  writeFileSync(path, parameters, { mode: 0o600 });
  return { rootKey, texts: texts.map((text) => text.bytes.toString('latin1')) };
}

function collection(): ShareCollection {
  return new ShareCollection(readShareParameters(path), sealing);
}

function add(to: ShareCollection, text: string | undefined): number {
  return to.add(Buffer.from(text ?? '', 'latin1'));
}

function collected(texts: readonly (string | undefined)[]): ShareCollection {
  const shares = collection();
  for (const text of texts) add(shares, text);
  return shares;
}

const refused = (code: string, detail = '') =>
  expect.objectContaining({ code, detail: expect.stringContaining(detail) });

describe('shares', () => {
  test('any of them that are enough give the root key, and one less never does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 7 }),
        fc.integer({ min: 0, max: 5 }),
        fc.infiniteStream(fc.nat()),
        (threshold, more, order) => {
          const { rootKey, texts } = dealt({ threshold, count: threshold + more });
          const shuffled = texts.toSorted(() => ((order.next().value ?? 0) % 2 === 0 ? 1 : -1)).slice(0, threshold);
          const shares = collected(shuffled.slice(1));
          expect(shares.progress).toMatchObject({ have: threshold - 1, need: threshold });
          expect(() => shares.combine()).toThrow(refused('share_missing', `${threshold - 1} of ${threshold}`));
          add(shares, shuffled[0]);
          expect(shares.combine().bytes).toEqual(rootKey);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('are what the page says: base32 of value and checksum, which others can decode and combine', async () => {
    const { rootKey, texts } = dealt();
    const values = texts.map((text, at) => {
      const [, head = '', symbols = ''] = /^(.*)\.([^.]*)$/.exec(text) ?? [];
      expect(head).toMatch(new RegExp(`^ferrohsm-share-1\\.[${alphabet}]{8}\\.${at + 1}of5\\.need3$`));
      expect(symbols).toMatch(/^(\w{4}-){13}\w{4}$/);
      const bits = [...symbols.replaceAll('-', '')].map((symbol) =>
        alphabet.indexOf(symbol).toString(2).padStart(5, '0'),
      );
      const payload = Buffer.from(
        BigInt(`0b1${bits.join('')}`)
          .toString(16)
          .slice(1),
        'hex',
      );
      const value = payload.subarray(0, 32);
      const checksum = hkdf(sha256, value, Buffer.from(head), Buffer.from('ferrohsm/share/checksum/v1'), 3);
      expect(payload.subarray(32)).toEqual(Buffer.from(checksum));
      return Uint8Array.from([...value, at + 1]);
    });
    expect(Buffer.from(await combine(values.slice(2)))).toEqual(rootKey);
  });

  test('that are too few give no key that passes the check, and no other one', () => {
    const { rootKey, texts } = dealt();
    const parameters = readShareParameters(path);
    const shares = texts.map((text) => decodeShare(Buffer.from(text), sealing));
    expect(checkOf(combineShares(shares.slice(0, 3)), parameters, sealing).bytes).toEqual(parameters.check);
    for (const [at, one] of shares.entries()) {
      for (const other of shares.slice(at + 1)) {
        const wrong = combineShares([one, other]);
        expect(wrong.bytes).not.toEqual(rootKey);
        expect(checkOf(wrong, parameters, sealing).bytes).not.toEqual(parameters.check);
      }
    }
  });

  test('may be typed in either case, in other groups and with letters that look like digits', () => {
    const { texts } = dealt();
    const [first = ''] = texts;
    const value = (text: string) => decodeShare(Buffer.from(text), sealing).value.bytes;
    const at = first.lastIndexOf('.') + 1;
    const typed = first.slice(at).replaceAll('-', '  ').replaceAll('1', 'l').replaceAll('0', 'o');
    expect(value(` ${first.slice(0, at).toLowerCase()}\n${typed}\n`)).toEqual(value(first));
    expect(value(first.toLowerCase())).toEqual(value(first));
  });
});

describe('refused is', () => {
  test('each symbol that is another, missing or too much', () => {
    const { texts } = dealt();
    const [first = ''] = texts;
    const start = first.lastIndexOf('.') + 1;
    for (let at = start; at < first.length; at += 1) {
      if (first[at] === '-') continue;
      const other = alphabet[(alphabet.indexOf(first[at] ?? '') + 1) % 32];
      const changed = [first.slice(0, at) + other + first.slice(at + 1), first.slice(0, at) + first.slice(at + 1)];
      for (const text of [...changed, `${first.slice(0, at)}7${first.slice(at)}`]) {
        expect(() => add(collection(), text), text).toThrow(refused('share_invalid', 'checksum does not fit'));
      }
    }
  });

  test('what is no share', () => {
    dealt();
    const head = 'ferrohsm-share-1.AAAAAAAA';
    const others = [
      '',
      'x',
      '.',
      'ferrohsm-share-2.AAAAAAAA.1of5.need3.0',
      `${head}.6of5.need3.0`,
      `${head}.1of5.need1.0`,
    ];
    others.push(
      `${head}.1of5.need6.0`,
      `${head}.0of5.need3.0`,
      `${head}.1of999.need3.0`,
      `${head}.1of5.need3.${'0'.repeat(300)}`,
    );
    others.push(`ferrohsm-share-1.AAAAAAAU.1of5.need3.0`);
    for (const text of others) {
      expect(() => add(collection(), text), text).toThrow(refused('share_invalid', 'begin as a share'));
    }
  });

  test('a share of another set, by name', () => {
    const [foreign = ''] = dealt().texts;
    const label = foreign.split('.')[1];
    dealt();
    expect(() => add(collection(), foreign)).toThrow(refused('share_foreign', `of set ${label}`));
  });

  test('a share that was given before, and progress stays', () => {
    const { texts } = dealt();
    const shares = collected([texts[1]]);
    expect(() => add(shares, texts[1])).toThrow(refused('share_repeated', 'number 2'));
    expect(shares.progress).toMatchObject({ have: 1, need: 3 });
  });

  test('a well-formed share that was never made, at once and not only in the end', () => {
    const { texts } = dealt();
    const label = texts[0]?.split('.')[1];
    const forged = dealShares(Secret.copy(randomBytes(32)), { threshold: 3, count: 5 }, sealing).texts;
    const value = decodeShare(forged[0]?.bytes ?? Buffer.alloc(0), sealing).value;
    // With the head of the real set its checksum would not fit, so it is made anew, as a forger does.
    const head = `ferrohsm-share-1.${label}.1of5.need3`;
    const checksum = hkdf(sha256, value.bytes, Buffer.from(head), Buffer.from('ferrohsm/share/checksum/v1'), 3);
    const bits = [...value.bytes, ...checksum].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    const symbols = bits.replaceAll(/.{5}/g, (five) => alphabet[Number.parseInt(five, 2)] ?? '');
    expect(() => add(collection(), `${head}.${symbols}`)).toThrow(
      refused('share_invalid', 'not the one that was made'),
    );
  });

  test('a head that was changed: other index, count or threshold', () => {
    const { texts } = dealt();
    for (const [from, to] of [
      ['1of5', '2of5'],
      ['1of5', '1of6'],
      ['need3', 'need2'],
    ] as const) {
      expect(() => add(collection(), texts[0]?.replace(from, to))).toThrow(refused('share_invalid', 'checksum'));
    }
  });
});

describe('the parameters file', () => {
  const change = (members: object) => {
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...members }), { mode: 0o600 });
  };

  test('that was changed leads to an error and never to a key', () => {
    const { texts } = dealt({ threshold: 3, count: 3 });
    const { tags, check } = JSON.parse(readFileSync(path, 'utf8'));
    const other = Buffer.alloc(16).toString('base64url');
    change({ check: other });
    expect(() => collected(texts).combine()).toThrow(refused('config_invalid', 'changed since'));
    change({ check, tags: [tags[0], tags[1], other] });
    expect(() => collected(texts)).toThrow(refused('share_invalid', 'number 3'));
    change({ tags, threshold: 2 });
    expect(() => collected(texts)).toThrow(refused('share_invalid', 'number 1'));
  });

  test('that is malformed, missing or open to others is refused', () => {
    dealt();
    const good = readFileSync(path);
    const misfits = [
      { v: 2 },
      { label: 'x' },
      { threshold: 1 },
      { threshold: 6 },
      { count: 4 },
      { tags: [] },
      { check: '' },
    ];
    for (const members of misfits) {
      change(members);
      expect(() => collection(), JSON.stringify(members)).toThrow(refused('config_invalid', 'share parameters file'));
      writeFileSync(path, good);
    }
    writeFileSync(path, '{');
    expect(() => collection()).toThrow(refused('config_invalid', 'not a JSON object'));
    chmodSync(path, 0o644);
    expect(() => collection()).toThrow(refused('config_invalid', 'mode 0644'));
    path = `${path}.none`;
    expect(() => collection()).toThrow(refused('config_invalid', 'is missing'));
  });
});
