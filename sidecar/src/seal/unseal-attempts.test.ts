import { describe, expect, test } from 'vitest';
import type { Peer } from '../peer.ts';
import { createUnsealAttempts } from './unseal-attempts.ts';

const local = (uid: number): Peer => ({ transport: 'unix', socket: 'default', uid });
const remote = (remoteAddress: string): Peer => ({ transport: 'websocket', remoteAddress });

describe('attempts to unseal', () => {
  test('of one source fail ten times a minute; others go on, and a minute later it does too', () => {
    let nowMs = 1_000_000;
    const attempts = createUnsealAttempts(() => nowMs);
    for (let turn = 0; turn < 10; turn += 1) {
      attempts.admit(local(7));
      attempts.failed(local(7), 'share_invalid');
    }
    expect(() => attempts.admit(local(7))).toThrow(expect.objectContaining({ code: 'rate_limited' }));
    attempts.admit(local(8));
    nowMs += 61_001;
    attempts.admit(local(7));
  });

  test('of all sources together fail sixty times a minute', () => {
    const attempts = createUnsealAttempts(() => 1_000_000);
    for (let turn = 0; turn < 60; turn += 1) {
      attempts.admit(remote(`10.0.0.${turn}`));
      attempts.failed(remote(`10.0.0.${turn}`), 'share_foreign');
    }
    expect(() => attempts.admit(local(7))).toThrow(expect.objectContaining({ code: 'rate_limited' }));
  });

  test('are recorded: each good one by its share, the others counted by source and code', () => {
    let nowMs = 1_000_000;
    const attempts = createUnsealAttempts(() => nowMs++);
    attempts.succeeded(local(7), 2);
    attempts.failed(local(8), 'share_invalid');
    attempts.failed(local(8), 'share_invalid');
    attempts.failed(local(8), 'share_repeated');
    const event = { phase: 'event', operation: 'system.unseal' };
    const expected = [
      { ...event, outcome: 'ok', personal: { details: { source: 'uid:7' } }, details: { share: 2 } },
      { ...event, outcome: 'denied', error: 'share_invalid', personal: { details: { source: 'uid:8' } } },
      { ...event, outcome: 'denied', error: 'share_repeated', details: { count: 1 } },
    ];
    expect(attempts.records()).toMatchObject(expected);
    const [, counted] = attempts.records();
    expect(counted?.details).toMatchObject({ count: 2 });
    expect(Number(counted?.details?.lastAt)).toBeGreaterThan(Number(counted?.details?.firstAt));
    attempts.forget();
    expect(attempts.records()).toEqual([]);
  });

  test('from very many sources fill no more than some lines', () => {
    const attempts = createUnsealAttempts(() => 1_000_000);
    for (let turn = 0; turn < 1000; turn += 1)
      attempts.failed(remote(`10.0.${turn >> 8}.${turn & 255}`), 'share_invalid');
    const records = attempts.records();
    expect(records).toHaveLength(65);
    expect(records.at(-1)).toMatchObject({ personal: { details: { source: 'others' } }, details: { count: 936 } });
  });
});
