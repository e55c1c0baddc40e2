import { describe, expect, test } from 'vitest';
import { keptLine, rewrappedLine } from './kept-line.ts';

function line(text: string) {
  return { number: 1, text, bytes: Buffer.from(text) };
}

const wrapped = Buffer.from('wrapped').toString('base64url');

describe('a line', () => {
  test.each([
    [{ wrapped, name: 'backups', keyId: 'key_1' }, 'other', 'backups'],
    [{ wrapped, keyId: 'key_1' }, 'other', 'key_1'],
    [{ wrapped }, 'other', 'other'],
  ])('%j names its key, or the option does', (members, key, name) => {
    const kept = keptLine(line(JSON.stringify(members)), key);
    expect(kept).toMatchObject({ name });
    expect(Buffer.from(kept.wrapped).toString()).toBe('wrapped');
    expect(kept.problem).toBeUndefined();
  });

  test.each([
    ['not JSON', 'not a JSON object'],
    ['["wrapped"]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['{"name":"a"}', 'no member "wrapped" in base64url'],
    ['{"name":"a","wrapped":7}', 'no member "wrapped" in base64url'],
    ['{"name":"a","wrapped":"ab+/=="}', 'no member "wrapped" in base64url'],
    ['{"wrapped":"YQ"}', 'no member "name" or "keyId", and no --key is given'],
    ['{"wrapped":"YQ","name":5}', 'no member "name" or "keyId", and no --key is given'],
  ])('%s is refused', (text, problem) => {
    expect(keptLine(line(text), undefined)).toMatchObject({ problem, wrapped: new Uint8Array(0) });
  });

  test('that is not UTF-8 is refused, not read as something else', () => {
    const latin1 = { number: 1, text: undefined, bytes: Buffer.from('{"wrapped":"YQ","name":"M\xfcller"}', 'latin1') };
    expect(keptLine(latin1, undefined)).toMatchObject({ problem: 'not UTF-8', wrapped: new Uint8Array(0) });
  });

  test('changes in nothing but the data key and its version', () => {
    const text = `{"id":12345678901234567890, "sum":1.50,"__proto__":{"a":[1e2]},"wrapped":"YQ","version":1,"z":"\\u00fc"}`;
    expect(rewrappedLine(line(text), Buffer.from('b'), 2).toString()).toBe(
      '{"id":12345678901234567890,"sum":1.50,"__proto__":{"a":[1e2]},"wrapped":"Yg","version":2,"z":"ü"}',
    );
    const surrounded = { number: 2, text: '{"wrapped":"YQ"}', bytes: Buffer.from('\n \n\t{"wrapped":"YQ"} \r\n') };
    expect(rewrappedLine(surrounded, Buffer.from('b'), 2).toString()).toBe('\n \n\t{"wrapped":"Yg"} \r\n');
  });
});
