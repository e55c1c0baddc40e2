import { expect, it } from 'vitest';
import { type Route, routes } from '../../generated/routes.ts';
import { resultAnswer } from './result.ts';

const route = (method: string) => routes.find((each) => each.method === method) as Route;
const release = () => undefined;
const bytes = Buffer.from('some bytes');

it('bytes beside the message stand in the JSON, wherever they belong', () => {
  const value = { dataKey: { attachment: 1 }, wrapped: { attachment: 0 }, text: '{"attachment":0}' };
  const { body } = resultAnswer(
    route('dataKey.generate'),
    { value, attachments: [bytes, Buffer.from('other')], release },
    true,
  );
  expect(JSON.parse(String(body))).toEqual({
    dataKey: Buffer.from('other').toString('base64url'),
    wrapped: bytes.toString('base64url'),
    text: '{"attachment":0}',
  });
});

it('bytes alone are the answer, for whoever wants them so', () => {
  for (const signature of [{ attachment: 0 }, bytes.toString('base64url')]) {
    const result = { value: { signature }, attachments: [bytes], release };
    const raw = resultAnswer(route('subtle.sign'), result, true);
    expect([raw.headers['content-type'], bytes.equals(raw.body as Buffer)]).toEqual(['application/octet-stream', true]);
    const json = resultAnswer(route('subtle.sign'), result, false);
    expect(JSON.parse(String(json.body))).toEqual({ signature: bytes.toString('base64url') });
  }
});

it('a key in JSON is JSON, whatever is wanted', () => {
  const result = { value: { keyData: { kty: 'OKP' } }, attachments: [], release };
  expect(resultAnswer(route('subtle.exportKey'), result, true).headers['content-type']).toBe('application/json');
});

it('the record of a key has its ETag', () => {
  const result = { value: { record: { id: 'key_1', revision: 3 } }, attachments: [], release };
  expect(resultAnswer(route('keys.create'), result, false)).toMatchObject({
    status: 201,
    headers: { etag: '"key_1@3"' },
  });
});
