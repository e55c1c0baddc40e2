import { type CommandDescription, connected } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { addTrustOptions, readTrust, type TrustOptions } from '../log-reading/trust-options.ts';
import { stopWaiting } from '../waiting-line.ts';

interface TopCommandOptions extends TrustOptions {
  readonly approvalKey?: string;
  readonly audience?: string;
}

export const top: CommandDescription = {
  usage: 'top',
  summary: 'Look at the sidecar and work with it on screens, by keyboard: keys, operations, approvals, log.',
  examples: `
# ? shows what the keys of the keyboard do
ferrohsm top

# As a person who approves, with the log's keys that were pinned
ferrohsm top --profile bob --approval-key bob.key --key-file log.keys`,
  options: (command) => {
    addTrustOptions(command)
      .option('--approval-key <file>', 'private key that the form for approving begins with')
      .option('--audience <origin>', 'approve only for the sidecar with this origin of its log');
  },
  action: connected<TopCommandOptions>(async ({ sidecar, options }) => {
    const { approvalKey, audience } = options;
    const trust = await readTrust(options);
    // Without it React checks itself at every redraw.
    process.env.NODE_ENV ??= 'production';
    // Loaded only here: all other commands start without Ink and React.
    const { runTop } = await import('../top/run-top.tsx');
    stopWaiting();
    await runTop({ sidecar, options: { approvalKey, audience, trust }, isColourless: isColourless(options) });
  }),
};

/** A variable that is empty does not count (no-color.org). */
function isColourless({ color }: GlobalOptions): boolean {
  const { NO_COLOR } = process.env;
  return color === false || (NO_COLOR !== undefined && NO_COLOR !== '');
}
