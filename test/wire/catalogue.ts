import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { WireResponse } from './wire-client.ts';

interface Entry {
  readonly code: string;
  readonly number: number;
  readonly message: string;
  readonly hint: string;
}

const path = new URL('../../schemas/errors.json', import.meta.url);
const catalogue = JSON.parse(readFileSync(path, 'utf8')) as readonly Entry[];

/** The error is one of schemas/errors.json in its words, and no failure inside. */
export function expectCatalogued({ error }: WireResponse): void {
  const entry = catalogue.find(({ code }) => code === error?.data.code);
  expect(entry?.code).not.toBe('internal_error');
  expect(error).toMatchObject({ code: entry?.number, data: { hint: entry?.hint } });
  expect(error?.message.startsWith(entry?.message ?? 'no entry')).toBe(true);
}
