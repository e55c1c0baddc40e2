import { expect, it } from 'vitest';
import { SidecarError } from '../../errors.ts';
import { errorTable } from '../../generated/errors.ts';
import { HttpRefusal, refusalAnswer } from './problem.ts';

it.each(Object.entries(errorTable))('%s is a problem with the status of the table', (code, { http, hint, message }) => {
  const { status, body, headers } = refusalAnswer(new SidecarError(code as keyof typeof errorTable, 'this one'));
  expect(status).toBe(http);
  if (code === 'approval_required') return;
  expect(headers['content-type']).toBe('application/problem+json');
  const expected = { type: `/v1/#${code}`, title: message, status: http, detail: 'this one', code, hint };
  expect(JSON.parse(String(body))).toMatchObject(expected);
  expect('retry-after' in headers).toBe(http === 429 || http === 503);
});

it('nothing of an unexpected error is told', () => {
  const { status, body } = refusalAnswer(new Error('secret at /home/x'));
  expect(status).toBe(500);
  expect(body).not.toContain('secret');
});

it('a held operation answers where its approval is', () => {
  const approval = { id: 'apr_1', digest: 'd', needed: 2, given: 1, expiresAt: 5 };
  const { status, headers, body } = refusalAnswer(new SidecarError('approval_required', 'x', { facts: { approval } }));
  expect([status, headers.location]).toEqual([202, '/v1/approvals/apr_1']);
  expect(JSON.parse(String(body))).toMatchObject({ approval, code: 'approval_required' });
});

it('what HTTP itself refuses has a status and headers of its own', () => {
  const { status, headers, body } = refusalAnswer(new HttpRefusal(405, 'method_not_found', 'PUT', { allow: 'GET' }));
  expect([status, headers.allow, JSON.parse(String(body)).status]).toEqual([405, 'GET', 405]);
});

it('the time to wait is told in whole seconds, and exactly', () => {
  const { headers, body } = refusalAnswer(new SidecarError('rate_limited', 'x', { facts: { retryAfterMs: 1001 } }));
  expect([headers['retry-after'], JSON.parse(String(body)).retryAfterMs]).toEqual(['2', 1001]);
});
