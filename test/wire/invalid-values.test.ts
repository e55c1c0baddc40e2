import fc, { type Arbitrary } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveSidecar } from '../end-to-end/live-sidecar.ts';
import { expectCatalogued } from './catalogue.ts';
import {
  isBytes,
  type MethodSchema,
  mayHoldBytes,
  methods,
  placesOf,
  validatorOf,
  valuesOf,
  withValueAt,
} from './schema-values.ts';
import { WireClient, type WireResponse } from './wire-client.ts';

const sidecar = liveSidecar();
let client: WireClient;
beforeAll(async () => {
  client = await WireClient.greeted(sidecar.process.socket);
});
afterAll(() => client.close());

/** Also what `call` cannot send: params that are no object. */
async function ask(method: string, params: unknown): Promise<WireResponse> {
  client.send({ jsonrpc: '2.0', id: 'asked', method, params });
  return client.response();
}

async function expectAlive(): Promise<void> {
  expect((await client.call('session.whoami')).result).toMatchObject({ principal: { id: 'owner' } });
}

/** Of every type, at the edges. */
const strangeValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  2 ** 53,
  1e308,
  '',
  ' ',
  'é',
  '\u0000',
  '../../etc/passwd',
  'x'.repeat(70_000),
  [],
  [[]],
  Array(2000).fill('sign'),
  {},
  { unknown: 1 },
  { attachment: -1 },
  { attachment: 64 },
  { attachment: '0' },
  { handle: 'ses_x' },
];
/** Text, but not base64url without padding; the last has bits behind its last byte. */
const brokenBytes = ['AB==', 'a+b/', 'A', 'AAAAA', 'é', 'AA AA', 'AAAA\n', 'AB'];

/** Params of the method in which one value does not fit. */
function unfitParams(method: MethodSchema): Arbitrary<unknown> {
  const validate = validatorOf(method);
  const unfit = valuesOf(method.params).chain((params) =>
    fc
      .record({ place: fc.constantFrom(...placesOf(method.params, params)), value: fc.constantFrom(...strangeValues) })
      .map(({ place, value }) => withValueAt(params, place.path, value))
      .filter((changed) => !validate(changed)),
  );
  const unknownMember = valuesOf(method.params).map((params) => ({ ...(params as object), unknown: 1 }));
  return fc.oneof({ weight: 7, arbitrary: unfit }, { weight: 1, arbitrary: unknownMember });
}

/** Params in which bytes are no base64url. */
function brokenBytesParams({ params: schema }: MethodSchema): Arbitrary<unknown> {
  return valuesOf(schema)
    .map((params) => ({ params, places: placesOf(schema, params).filter((place) => isBytes(place.schema)) }))
    .filter(({ places }) => places.length > 0)
    .chain(({ params, places }) =>
      fc
        .record({ place: fc.constantFrom(...places), value: fc.constantFrom(...brokenBytes) })
        .map(({ place, value }) => withValueAt(params, place.path, value)),
    );
}

async function expectRefused(method: string, params: unknown): Promise<void> {
  const response = await ask(method, params);
  expectCatalogued(response);
  expect(response.error?.data.code).toBe('invalid_params');
  await expectAlive();
}

/** A second `system.hello` is refused whatever it says. */
const named = methods
  .filter(({ method }) => method !== 'system.hello')
  .map((method) => [method.method, method] as const);

describe('a value that does not fit the schema is refused, and the next call served', () => {
  test.each(named)('%s', async (name, method) => {
    const property = fc.asyncProperty(unfitParams(method), (params) => expectRefused(name, params));
    await fc.assert(property, { numRuns: 20, examples: [[null], [[]]] });
  });

  test('system.hello, the first call', async () => {
    const hello = methods.find(({ method }) => method === 'system.hello') as MethodSchema;
    const property = fc.asyncProperty(unfitParams(hello), async (params) => {
      const stranger = await WireClient.open(sidecar.process.socket);
      stranger.send({ jsonrpc: '2.0', id: 'first', method: 'system.hello', params });
      expectCatalogued(await stranger.response());
      await stranger.close();
      await expectAlive();
    });
    await fc.assert(property, { numRuns: 20 });
  });
});

describe('bytes that are no base64url are refused, and the next call served', () => {
  const withBytes = named.filter(([, { params }]) => mayHoldBytes(params));
  test.each(withBytes)('%s', async (name, method) => {
    const property = fc.asyncProperty(brokenBytesParams(method), (params) => expectRefused(name, params));
    await fc.assert(property, { numRuns: 8 });
  });
});
