import type { Approval, ApprovalsEventsResult } from '@ferrohsm/sdk/node';
import { Scroll } from '../scroll.ts';

/** Where approvals, and the news of them, come from; undefined for what could not be had. */
export interface ApprovalSource {
  list(state: Approval['state'] | undefined): Promise<readonly Approval[] | undefined>;
  /** Waits a while for news after an event; without one says where the news are. */
  news(after: number | undefined): Promise<ApprovalsEventsResult | undefined>;
}

/** Before news are asked for again that could not be had. */
const pauseMs = 2000;

/** Operations that wait for people, kept as they are now for as long as somebody looks. */
export class ApprovalList {
  readonly scroll = new Scroll();
  readonly #source: ApprovalSource;
  readonly #changed: () => void;
  #approvals: readonly Approval[] = [];
  #isAll = false;
  /** Grows with each look: what an earlier one waits for is not wanted any more. */
  #look = 0;
  /** Grows with each list that is asked for: an earlier one may come later, and be of the other kind. */
  #load = 0;
  /** The last event that was heard of. */
  #after: number | undefined;
  /** The question that the sidecar has not answered yet; who looks again waits for the same. */
  #asked: Promise<ApprovalsEventsResult | undefined> | undefined;

  constructor(source: ApprovalSource, changed: () => void) {
    this.#source = source;
    this.#changed = changed;
  }

  get approvals(): readonly Approval[] {
    return this.#approvals;
  }

  get selected(): Approval | undefined {
    return this.#approvals[this.scroll.selected];
  }

  /** Whether those are shown too that do not wait any more. */
  get isAll(): boolean {
    return this.#isAll;
  }

  async showAll(isAll: boolean): Promise<void> {
    this.#isAll = isAll;
    await this.load();
  }

  async load(): Promise<void> {
    const load = ++this.#load;
    const approvals = await this.#source.list(this.#isAll ? undefined : 'pending');
    if (approvals === undefined || load !== this.#load) return;
    // The newest is what somebody waits for.
    this.#approvals = approvals.toSorted((left, right) => right.operation.issuedAt - left.operation.issuedAt);
    this.scroll.count = approvals.length;
    this.#changed();
  }

  /** Follows the news until `rest`. */
  async follow(): Promise<void> {
    const look = ++this.#look;
    await this.load();
    while (look === this.#look) {
      const news = await this.#news();
      if (news === undefined) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (look !== this.#look) return;
      if (news === undefined || news.events.length > 0) await this.load();
    }
  }

  rest(): void {
    this.#look += 1;
  }

  async #news(): Promise<ApprovalsEventsResult | undefined> {
    this.#asked ??= this.#source.news(this.#after).finally(() => {
      this.#asked = undefined;
    });
    const news = await this.#asked;
    this.#after = news?.last;
    return news;
  }
}
