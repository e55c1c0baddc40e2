import { expect, test } from 'vitest';
import { createSourceLimiter } from './source-limiter.ts';

function limiter() {
  const clock = { nowMs: 1_800_000_000_000 };
  const limits = createSourceLimiter({ now: () => clock.nowMs, perSecond: 5, sources: 1000 });
  const admitted = (source: string, attempts = 1): number => {
    let count = 0;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      try {
        limits.admit(source);
        count += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: 'rate_limited', facts: { retryAfterMs: 200 } });
      }
    }
    return count;
  };
  return { clock, limits, admitted };
}

test('a source that fails is slowed down, the others are not', () => {
  const { clock, admitted } = limiter();
  expect(admitted('192.0.2.1', 100)).toBe(5);
  expect(admitted('192.0.2.2')).toBe(1);
  clock.nowMs += 1000;
  expect(admitted('192.0.2.1', 100)).toBe(5);
});

test('good attempts do not count', () => {
  const { limits, admitted } = limiter();
  for (let attempt = 0; attempt < 100; attempt += 1) {
    expect(admitted('uid:1000')).toBe(1);
    limits.succeeded('uid:1000');
  }
});

test('the addresses of one IPv6 network are one source', () => {
  const { admitted } = limiter();
  const one = ['2001:db8:0:1::1', '2001:db8::1:0:0:0:2', '2001:0DB8:0000:0001:a:b:c:d', '2001:db8:0:1:ffff::'];
  expect(one.map((address) => admitted(address, 2))).toEqual([2, 2, 1, 0]);
  expect(admitted('websocket:2001:db8:0:1::9')).toBe(0);
  expect(admitted('2001:db8:0:2::1')).toBe(1);
  expect(admitted('::1', 9)).toBe(5);
  expect(admitted('fe80::1%eth0')).toBe(1);
  expect(admitted('::ffff:192.0.2.1')).toBe(1);
});
