import { namesOnlyIn } from './name-difference.ts';
import { type Outcome, passesOf } from './outcome.ts';

/** One file of the suite, all variants together: what of native's passes the sidecar keeps and loses. */
export interface FileParity {
  /** Path below `WebCryptoAPI/`. */
  readonly file: string;
  /** Names in order, with the variant in front where there is one. */
  readonly kept: readonly string[];
  readonly lost: readonly string[];
  /** What the sidecar passes and native does not. */
  readonly gained: readonly string[];
  readonly breakdowns: readonly string[];
}

export function compareOutcomes(native: readonly Outcome[], ours: readonly Outcome[]): FileParity[] {
  const files = new Set(native.map(({ file }) => file));
  return [...files].map((file) => {
    const of = (outcomes: readonly Outcome[]) => outcomes.filter((outcome) => outcome.file === file);
    return compareFile(file, of(native), of(ours));
  });
}

function compareFile(file: string, native: readonly Outcome[], ours: readonly Outcome[]): FileParity {
  const expected = namedPasses(native);
  const found = namedPasses(ours);
  const lost = namesOnlyIn(expected, found);
  return {
    file: file.replace('WebCryptoAPI/', ''),
    kept: namesOnlyIn(expected, lost),
    lost,
    gained: namesOnlyIn(found, expected),
    breakdowns: ours.flatMap(({ breakdown, variant }) => (breakdown === undefined ? [] : [`${variant} ${breakdown}`])),
  };
}

/** Testharness lets two subtests of one file share a name; both count. */
function namedPasses(outcomes: readonly Outcome[]): string[] {
  const times = new Map<string, number>();
  return outcomes.flatMap((outcome) =>
    passesOf(outcome).map((plainName) => {
      const name = `${outcome.variant} ${plainName}`.trim();
      const count = (times.get(name) ?? 0) + 1;
      times.set(name, count);
      return count === 1 ? name : `${name} #${count}`;
    }),
  );
}
