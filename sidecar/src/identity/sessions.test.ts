import { expect, test } from 'vitest';
import { endOf, latestEndOf } from './sessions.ts';

const times = { openedAt: 1_000, usedAt: 5_000 };

test.each([
  ['idle', { idleMs: 300, absoluteMs: 0 }, {}, 5_300, Number.POSITIVE_INFINITY],
  ['absolute, however busy', { idleMs: 0, absoluteMs: 4_100 }, {}, 5_100, 5_100],
  ['idle before absolute', { idleMs: 50, absoluteMs: 4_100 }, {}, 5_050, 5_100],
  ['absolute before idle', { idleMs: 500, absoluteMs: 4_100 }, {}, 5_100, 5_100],
  ['the credential before both', { idleMs: 500, absoluteMs: 4_100 }, { expiresAt: 5_001 }, 5_001, 5_001],
  ['the credential after both', { idleMs: 500, absoluteMs: 4_100 }, { expiresAt: 9_000 }, 5_100, 5_100],
  ['never', { idleMs: 0, absoluteMs: 0 }, {}, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
])('a session ends: %s', (_, limits, credential, end, latest) => {
  expect(endOf({ ...times, ...credential }, limits)).toBe(end);
  expect(latestEndOf({ ...times, ...credential }, limits)).toBe(latest);
});
