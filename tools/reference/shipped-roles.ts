import { readFileSync } from 'node:fs';

/** What each role of `columns` is answered about one resource: `allow`, `deny` or the approvals that it takes. */
interface Row {
  readonly resource: string;
  readonly answers: readonly string[];
}

const columns = ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service', 'no role'] as const;

/** Who may do what under the policies that a sidecar starts with: the table that the tests of sidecar/src/policy keep. */
export class ShippedRoles {
  readonly #rows: ReadonlyMap<string, readonly Row[]>;

  constructor(file: string) {
    this.#rows = parseMatrix(readFileSync(file, 'utf8'));
  }

  /** Who may do an action, and to what: `everyone (own session key), Operator (with 1 approval: own key)`. */
  whoMay(action: string): string {
    const rows = this.#rows.get(action);
    if (rows === undefined) throw new Error(`the table of roles has no action ${action}`);
    const common = rows.filter(({ answers }) => answers[0] !== 'deny' && new Set(answers).size === 1);
    const others = rows.filter((row) => !common.includes(row));
    const lines = [
      lineOf('everyone', common, rows, 0),
      ...columns.map((role, column) => lineOf(role, others, others, column)),
    ];
    return lines.filter((line) => line !== '').join(', ') || 'nobody';
  }
}

/** What one column says of some rows of all; nothing where each of them denies. */
function lineOf(who: string, rows: readonly Row[], all: readonly Row[], column: number): string {
  const byAnswer = Map.groupBy(rows, ({ answers }) => answers[column] ?? 'deny');
  byAnswer.delete('deny');
  const parts = [...byAnswer].map(([answer, granted]) => {
    const texts = [conditionOf(answer), selection(granted, all)];
    return texts.filter((text) => text !== '').join(': ');
  });
  if (parts.length === 0) return '';
  const text = parts.filter((part) => part !== '').join('; ');
  return text === '' ? who : `${who} (${text})`;
}

/** The shorter of what is granted and what is not. */
function selection(granted: readonly Row[], all: readonly Row[]): string {
  const names = (rows: readonly Row[]) => rows.map(({ resource }) => resource).join(', ');
  const others = all.filter((row) => !granted.includes(row));
  if (others.length === 0) return '';
  return others.length < granted.length ? `all but ${names(others)}` : names(granted);
}

/** `1/deny` is what a person and what a workload is told. */
function conditionOf(answer: string): string {
  const [person = '', workload] = answer.split('/');
  const approvals = person === 'allow' ? [] : [`with ${person} approval${person === '1' ? '' : 's'}`];
  return [...(workload === 'deny' ? ['people only'] : []), ...approvals].join(', ');
}

function parseMatrix(text: string): Map<string, Row[]> {
  const [head = '', ...blocks] = text.split('\n\n');
  const places = columns.map((column) => head.indexOf(column));
  if (places.includes(-1)) throw new Error('the table of roles lacks a role');
  return new Map(
    blocks.map((block) => {
      const [action = '', ...lines] = block.trimEnd().split('\n');
      return [action, lines.map((line) => parseRow(line, places))];
    }),
  );
}

function parseRow(line: string, places: readonly number[]): Row {
  const answers = places.map((place) => /^\S+/.exec(line.slice(place))?.[0] ?? '');
  return { resource: line.slice(0, places[0]).trim(), answers };
}
