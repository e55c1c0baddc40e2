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
  summary: 'Give a share of the root key, or have the sidecar obtain its root key again.',
  examples: `
# Each custodian in turn types the own share, which does not show
ferrohsm unseal

# From a file, or "-" for standard input
ferrohsm unseal --share-file share-2.txt`,
  options: (command) => command.option('--share-file <file>', 'text of the share; it is asked for otherwise'),
  action: connected<UnsealOptions>(async ({ sidecar, options, output }) => {
    const { sealed, progress } = await sidecar.system.status();
    const share = sealed ? shareOf(options, progress?.set) : undefined;
    try {
      const result = sealed ? await sidecar.system.unseal(share) : { sealed };
      await output.result(result, sealed ? stateText(result) : 'it was not sealed');
    } finally {
      share?.fill(0);
    }
  }),
};

/** @param set label of the set that is needed; undefined where the root key is not in shares */
function shareOf({ shareFile }: UnsealOptions, set: string | undefined): Uint8Array | undefined {
  if (shareFile !== undefined) return readInput(shareFile, longestShareBytes);
  return set === undefined ? undefined : askSecretly(`Share of set ${set}: `);
}

function stateText({ sealed, progress }: { sealed: boolean; progress?: { have: number; need: number } }): string {
  const given = progress === undefined ? '' : `: ${progress.have} of ${progress.need} shares`;
  return `${sealed ? 'sealed' : 'unsealed'}${given}`;
}
