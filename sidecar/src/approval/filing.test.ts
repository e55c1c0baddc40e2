import { expect, test } from 'vitest';
import { methodTable } from '../generated/methods.ts';
import { openrpc } from '../generated/openrpc.ts';
import { isRepeatable } from './filing.ts';

interface DocumentedMethod {
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly required?: boolean }[];
}

test('a method that may be repeated under its approval demands the request id that makes it act once', () => {
  const methods = openrpc.methods as readonly DocumentedMethod[];
  expect(methods.map(({ name }) => name).sort()).toEqual(Object.keys(methodTable).sort());
  const repeatable = methods.filter(({ name }) => isRepeatable(name));
  expect(repeatable.length).toBeGreaterThan(10);
  for (const { params } of repeatable)
    expect(params).toContainEqual(expect.objectContaining({ name: 'requestId', required: true }));
  expect(['keys.export', 'subtle.exportKey', 'subtle.sign', 'constructor'].filter(isRepeatable)).toEqual([]);
});
