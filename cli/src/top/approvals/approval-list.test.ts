import type { Approval, ApprovalsEventsResult } from '@ferrohsm/sdk/node';
import { expect, test, vi } from 'vitest';
import { ApprovalList, type ApprovalSource } from './approval-list.ts';

const approval = (id: string, issuedAt: number) => ({ id, operation: { issuedAt } }) as Approval;

/** Approvals whose news come when the test says so. */
class Desk implements ApprovalSource {
  approvals: readonly Approval[] = [];
  readonly questions: (number | undefined)[] = [];
  #answer = Promise.withResolvers<ApprovalsEventsResult | undefined>();

  list = async () => this.approvals;

  news = (after: number | undefined) => {
    this.questions.push(after);
    return this.#answer.promise;
  };

  tell(last: number): void {
    const { resolve } = this.#answer;
    this.#answer = Promise.withResolvers();
    resolve({ events: [{ id: last, time: 0, kind: 'requested' }], last });
  }
}

test('is read anew with each event, the newest first, and asks for what comes after it', async () => {
  const desk = new Desk();
  const list = new ApprovalList(desk, () => undefined);
  void list.follow();
  await vi.waitFor(() => expect(desk.questions).toEqual([undefined]));
  desk.approvals = [approval('a', 1), approval('b', 2)];
  desk.tell(7);
  await vi.waitFor(() => expect(list.approvals.map(({ id }) => id)).toEqual(['b', 'a']));
  await vi.waitFor(() => expect(desk.questions).toEqual([undefined, 7]));
  list.rest();
});

test('who looks away and again has one question under way, not two', async () => {
  const desk = new Desk();
  const list = new ApprovalList(desk, () => undefined);
  void list.follow();
  await vi.waitFor(() => expect(desk.questions).toHaveLength(1));
  list.rest();
  void list.follow();
  list.rest();
  desk.approvals = [approval('a', 1)];
  void list.follow();
  await vi.waitFor(() => expect(list.approvals).toHaveLength(1));
  expect(desk.questions).toHaveLength(1);
  desk.tell(3);
  await vi.waitFor(() => expect(desk.questions).toEqual([undefined, 3]));
  list.rest();
});

test('a list that comes after one that was asked for later is not shown', async () => {
  const late = Promise.withResolvers<readonly Approval[]>();
  const source: ApprovalSource = {
    list: async (state) => (state === 'pending' ? late.promise : [approval('denied', 1)]),
    news: async () => undefined,
  };
  const list = new ApprovalList(source, () => undefined);
  const pending = list.load();
  await list.showAll(true);
  late.resolve([]);
  await pending;
  expect(list.approvals.map(({ id }) => id)).toEqual(['denied']);
});
