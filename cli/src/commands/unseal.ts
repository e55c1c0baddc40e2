import type { SystemStatusResult, SystemUnsealResult } from '@ferrohsm/sdk/node';
import { type CommandDescription, connected } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { readInput } from '../input.ts';
import { longestShareBytes } from '../share-counts.ts';
import { askSecretly } from '../terminal.ts';

interface UnsealOptions extends GlobalOptions {
  readonly shareFile?: string;
}

export const unseal: CommandDescription = {
  usage: 'unseal',
  summary:
    'Give a share of the root key, or of the one that is to follow it, or have the sidecar obtain its root key again.',
  examples: `
# Each custodian in turn types the own share, which does not show
ferrohsm unseal

# From a file, or "-" for standard input
ferrohsm unseal --share-file share-2.txt`,
  options: (command) => command.option('--share-file <file>', 'text of the share; it is asked for otherwise'),
  action: connected<UnsealOptions>(async ({ sidecar, options, output }) => {
    const { sealed, ...shares } = await sidecar.system.status();
    const isNeeded = sealed || shares.next !== undefined;
    const share = isNeeded ? shareOf(options, labelsOf(shares)) : undefined;
    try {
      const result: SystemUnsealResult = isNeeded ? await sidecar.system.unseal(share) : { sealed };
      await output.result(result, sealed ? stateText(result) : nextText(result));
    } finally {
      share?.fill(0);
    }
  }),
};

/** Labels of the sets of which a share may be given; none where the root key is not in shares. */
function labelsOf({ progress, next }: Pick<SystemStatusResult, 'progress' | 'next'>): readonly string[] {
  return [progress, next].flatMap((set) => (set === undefined ? [] : [set.set]));
}

function shareOf({ shareFile }: UnsealOptions, labels: readonly string[]): Uint8Array | undefined {
  if (shareFile !== undefined) return readInput(shareFile, longestShareBytes);
  return labels.length === 0 ? undefined : askSecretly(`Share of set ${labels.join(' or ')}: `);
}

function stateText({ sealed, progress }: SystemUnsealResult): string {
  const given = progress === undefined ? '' : `: ${progress.have} of ${progress.need} shares`;
  return `${sealed ? 'sealed' : 'unsealed'}${given}`;
}

function nextText({ next }: SystemUnsealResult): string {
  return next === undefined ? 'it was not sealed' : `${next.have} of ${next.need} shares of the next root key`;
}
