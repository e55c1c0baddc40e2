import type { Approval } from '@ferrohsm/sdk/node';
import { approvalRow, approvalText } from '../../approval-text.ts';
import { gathered } from '../../pages.ts';
import { type Column, headingLine, rowLine } from '../columns.ts';
import { CommandDialog } from '../commands/command-dialog.ts';
import type { CommandPlan } from '../commands/command-plan.ts';
import type { Host } from '../host.ts';
import type { Keystroke } from '../keystroke.ts';
import { type Line, line, linesOf, type Size } from '../line.ts';
import type { Screen } from '../screen.ts';
import { withoutFraction } from '../shown-text.ts';
import { TextPane } from '../text-pane.ts';
import { ApprovalList, type ApprovalSource } from './approval-list.ts';
import { approvePlan, cancelPlan, denyPlan } from './approval-plans.ts';

/** Those of `approval list` that have room; the id and the rest are in the detail. */
const columns: readonly Column[] = [
  { heading: 'STATE', width: 9 },
  { heading: 'GIVEN', width: 5 },
  { heading: 'REQUESTER', share: 2 },
  { heading: 'OPERATION', share: 3 },
  { heading: 'RESOURCE', share: 3 },
  { heading: 'EXPIRES', width: 20 },
];

/** Where each of them stands in a row of `approval list`. */
const listed = [1, 2, 3, 4, 5, 6];

/** The sidecar's own default; each question may leave a record. */
const newsTimeoutMs = 30_000;

/** Operations that wait for people: read in words, approved or denied, followed as they change. */
export class ApprovalsScreen implements Screen {
  readonly name = 'Approvals';
  readonly #host: Host;
  readonly #list: ApprovalList;
  readonly #pane = new TextPane();
  /** The one that is looked at, as it was last seen. */
  #shown: Approval | undefined;
  #dialog: CommandDialog | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.#list = new ApprovalList(sourceOf(host), () => this.#update());
  }

  get keys(): string {
    if (this.#dialog !== undefined) return this.#dialog.keys;
    const decide = 'a approve  d deny  c cancel';
    if (this.#shown !== undefined) return `${decide}  Up Down scroll  Esc back`;
    return `Up Down  Enter detail  ${decide}  f ${this.#list.isAll ? 'only waiting' : 'all'}  ? help  q quit`;
  }

  open(): void {
    void this.#list.follow();
  }

  close(): void {
    this.#dialog?.close(false);
    this.#list.rest();
  }

  refresh(reason: 'time' | 'reconnected'): void {
    if (reason === 'reconnected') void this.#list.load();
  }

  press(stroke: Keystroke): boolean {
    if (this.#dialog !== undefined) return this.#dialog.press(stroke);
    if (this.#decide(stroke)) return true;
    if (this.#shown !== undefined) return this.#pressInDetail(stroke);
    if (this.#list.scroll.press(stroke)) return true;
    if (stroke === 'f') void this.#list.showAll(!this.#list.isAll);
    else if (stroke === 'enter') this.#show(this.#list.selected);
    else return false;
    return true;
  }

  paste(text: string): void {
    this.#dialog?.paste(text);
  }

  drawn(size: Size): readonly Line[] {
    if (this.#dialog !== undefined) return this.#dialog.drawn(size);
    if (this.#shown !== undefined) return this.#pane.drawn(size);
    const [from, to] = this.#list.scroll.window(size.rows - 2);
    const seen = this.#list.approvals.slice(from, to).map((approval, index) => {
      return rowLine(columns, cellsOf(approval), size.columns, from + index === this.#list.scroll.selected);
    });
    return [this.#countLine(), headingLine(columns, size.columns), ...seen];
  }

  #countLine(): Line {
    const { approvals, isAll } = this.#list;
    const what = isAll ? 'approval requests' : 'waiting for approvals';
    return line(
      approvals.length === 0 ? `nothing ${isAll ? 'was asked for' : 'waits'}` : `${approvals.length} ${what}`,
      'faint',
    );
  }

  #decide(stroke: Keystroke): boolean {
    const approval = this.#shown ?? this.#list.selected;
    if (approval === undefined) return false;
    if (stroke === 'a') this.#open(approvePlan(approval, this.#host.options));
    else if (stroke === 'd') this.#open(denyPlan(approval));
    else if (stroke === 'c') this.#open(cancelPlan(approval));
    else return false;
    return true;
  }

  #open(plan: CommandPlan): void {
    this.#dialog = new CommandDialog(this.#host, plan, () => {
      this.#dialog = undefined;
      void this.#list.load();
    });
  }

  #show(approval: Approval | undefined): void {
    if (approval === undefined) return;
    this.#shown = approval;
    this.#pane.show(linesOf(approvalText(approval)));
  }

  #pressInDetail(stroke: Keystroke): boolean {
    if (this.#pane.press(stroke)) return true;
    if (stroke !== 'escape') return false;
    this.#shown = undefined;
    return true;
  }

  /** What is looked at may have got a vote meanwhile, or wait no more. */
  #update(): void {
    const { id } = this.#shown ?? {};
    if (id !== undefined) void this.#host.attempt(() => this.#lookAgain(id));
    this.#host.changed();
  }

  async #lookAgain(id: string): Promise<void> {
    const approval = await this.#host.sidecar.approvals.get(id);
    if (this.#shown?.id !== id) return;
    this.#shown = approval;
    this.#pane.update(linesOf(approvalText(approval)));
  }
}

/** A key by its name: a handle has no room. */
function cellsOf(approval: Approval): string[] {
  const row = approvalRow(approval);
  const { keyNames = {}, resource } = approval.operation;
  return listed.map((column) => {
    const cell = row[column] ?? '';
    return cell === resource ? (keyNames[resource] ?? resource) : withoutFraction(cell);
  });
}

function sourceOf(host: Host): ApprovalSource {
  const { approvals } = host.sidecar;
  return {
    list: (state) => host.attempt(() => gathered(approvals.list(state && { state }))),
    // That they could not be had is told by the list, which is read then.
    news: (after) =>
      approvals.events({ timeoutMs: newsTimeoutMs, ...(after !== undefined && { after }) }).catch(() => undefined),
  };
}
