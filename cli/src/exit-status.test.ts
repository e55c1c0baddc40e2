import assert from 'node:assert/strict';
import { test } from 'vitest';
import errorList from '../../schemas/errors.json' with { type: 'json' };
import { exitStatuses } from './exit-status.ts';

test('every exit status of the error table has a meaning', () => {
  for (const { code, exitStatus } of errorList) assert(exitStatuses.has(exitStatus), `${code}: ${exitStatus}`);
});
