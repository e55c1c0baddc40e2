import { expect, test } from 'vitest';
import { p11KitAddress } from './address.ts';

test.each([
  ['/run/ferrohsm/web.sock', 'unix:path=/run/ferrohsm/web.sock'],
  ['/run/a b;c%/x', 'unix:path=/run/a%20b%3Bc%25/x'],
  ["/run/$HOME'\n", 'unix:path=/run/%24HOME%27%0A'],
  ['/run/ä', 'unix:path=/run/%C3%A4'],
])('%j is %s', (socket, address) => {
  expect(p11KitAddress(socket)).toBe(address);
  expect(decodeURIComponent(address.slice('unix:path='.length))).toBe(socket);
});

test('what the client would not find is refused', () => {
  expect(() => p11KitAddress('web.sock')).toThrow('not an absolute path');
  expect(p11KitAddress(`/${'a'.repeat(106)}`)).toMatch(/a$/);
  expect(() => p11KitAddress(`/${'a'.repeat(107)}`)).toThrow('108 bytes');
});
