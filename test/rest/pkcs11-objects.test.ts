import { expect, test } from 'vitest';
import { principalsFile, tokenOf } from '../end-to-end/principals.ts';
import { liveRest } from './live-rest.ts';

const live = liveRest(principalsFile({ app: ['Operator'] }));
const path = '/v1/pkcs11-objects';
const attributes = [{ type: 3, value: Buffer.from('label').toString('base64url') }];
const stale = (etag: string) => etag.replace('@', '@9');

test('an object is stored, changed and removed in the state that its caller has seen', async () => {
  const app = live.client(tokenOf('app'));
  const made = await app.post(path, { kind: 'data', attributes });
  const { id } = (made.json as { record: { id: string } }).record;
  const etag = made.headers.etag ?? '';
  expect([made.status, etag]).toEqual([201, `"${id}@1"`]);
  expect((await app.get(`${path}/${id}`)).headers.etag).toBe(etag);
  expect((await app.get(`${path}?kind=data`)).json).toEqual({ records: [made.json?.record] });

  const put = (ifMatch: string) =>
    app.ask('PUT', `${path}/${id}`, { body: { attributes: [] }, headers: { 'if-match': ifMatch } });
  const remove = (ifMatch: string, key: string) =>
    app.ask('DELETE', `${path}/${id}`, { headers: { 'if-match': ifMatch, 'idempotency-key': key } });
  expect((await put(stale(etag))).status).toBe(412);
  const changed = await put(etag);
  expect([changed.status, changed.headers.etag]).toEqual([200, `"${id}@2"`]);
  expect((await put(etag)).status).toBe(412);
  expect((await remove(etag, 'removal-1')).status).toBe(412);
  expect((await remove(`"${id}@2"`, 'removal-2')).status).toBe(200);
  expect((await remove(`"${id}@2"`, 'removal-2')).status).toBe(200);
  expect((await remove(`"${id}@2"`, 'removal-3')).status).toBe(412);
  expect((await app.get(`${path}/${id}`)).status).toBe(404);
});

test('of changes that are meant for the same state one is made', async () => {
  const app = live.client(tokenOf('app'));
  const made = await app.post(path, { kind: 'data', attributes });
  const { id } = (made.json as { record: { id: string } }).record;
  const put = () => app.ask('PUT', `${path}/${id}`, { body: { attributes }, headers: { 'if-match': `"${id}@1"` } });
  const statuses = (await Promise.all([put(), put(), put(), put()])).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, 412, 412, 412]);
});
