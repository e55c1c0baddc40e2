import type { FerroHsm } from '@ferrohsm/sdk/node';
import { usageError } from './errors.ts';
import { describeFailure } from './failure.ts';
import type { ReceiptOptions } from './global-options.ts';
import type { Output } from './output.ts';
import { refuseToReplace, writeOutputFile } from './output-file.ts';
import { viewedSidecar } from './sidecar-view.ts';

interface ReceiptContext {
  readonly sidecar: FerroHsm;
  readonly options: ReceiptOptions;
  readonly output: Output;
}

/** The receipt of one operation: a C2SP tlog-proof. */
interface Receipt {
  readonly text: string;
  readonly method: string;
}

/** Exit status of an operation that has not happened yet: it waits for people. */
const heldStatus = 8;

/**
 * Runs what operates on the sidecar. Where a file is named for it, the receipt of the last operation is written there,
 * also of one that was refused; not of one that waits for approvals, for the same command is repeated then.
 *
 * @throws CliError 73 before anything is done for a file that exists, 2 where no operation was made
 */
export async function withReceipt(
  { sidecar, options, output }: ReceiptContext,
  act: (sidecar: FerroHsm) => Promise<void>,
): Promise<void> {
  const { receipt: path } = options;
  if (path === undefined) return act(sidecar);
  // An operation whose receipt has no place is better not begun.
  refuseToReplace(path, options);
  let last: Receipt | undefined;
  const receipted = viewedSidecar(sidecar, {
    onReceipt: (text, method) => {
      last = { text, method };
    },
  });
  try {
    await act(receipted);
  } catch (error) {
    if (last !== undefined && describeFailure(error)?.exitStatus !== heldStatus) writeBeside(last, options, output);
    throw error;
  }
  if (last === undefined) throw usageError('there was no operation that a receipt could be of', 'leave out --receipt');
  writeReceipt(last, options, output);
}

function writeReceipt({ text, method }: Receipt, { receipt: path, force }: ReceiptOptions, output: Output): void {
  if (path === undefined) return;
  writeOutputFile(path, Buffer.from(text), { secret: true, force });
  output.note(`the receipt of ${method} is in ${path}`);
}

/** Why the operation failed is what the user has to read; a file that cannot be written does not hide it. */
function writeBeside(receipt: Receipt, options: ReceiptOptions, output: Output): void {
  try {
    writeReceipt(receipt, options, output);
  } catch (error) {
    output.warn(`no receipt: ${describeFailure(error)?.message}`);
  }
}
