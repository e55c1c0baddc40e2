import { type CommandDescription, local } from '../command.ts';
import { CliError } from '../errors.ts';
import { logFolder } from '../log-folder.ts';
import { prunedRecord } from '../log-reading/log-damage.ts';
import { addLogOptions, chosenFolder, type LogOptions, openLog } from '../log-reading/log-options.ts';
import { receiptOf } from '../log-reading/receipt.ts';
import { recordIndex } from '../log-reading/record-index.ts';
import { recordFields } from '../log-reading/record-text.ts';
import { readTrust } from '../log-reading/trust-options.ts';

interface AuditShowOptions extends LogOptions {
  readonly proof?: boolean;
}

export const auditShow: CommandDescription = {
  usage: 'show <index>',
  summary: 'Show one record of a log with all its fields, read offline and proved against the checkpoint.',
  examples: `
# Who did it, where that was not erased
ferrohsm audit show 1234 --key-file log.keys

# With the receipt that proves it to others
ferrohsm audit show 1234 --log ./log --proof`,
  options: (command) => {
    addLogOptions(command);
    command.option('--proof', 'add the receipt (C2SP tlog-proof)');
  },
  action: local<AuditShowOptions, [string]>(async ({ options, output }, text) => {
    const index = recordIndex(text);
    const reader = await openLog(options, output);
    if (index < reader.minimumIndex) throw prunedRecord(index, reader.minimumIndex);
    for await (const entry of reader.entries(index, index + 1)) {
      const receipt = options.proof ? await ownReceipt(options, index) : undefined;
      const fields = recordFields(entry);
      await output.result({ ...entry, receipt }, receipt === undefined ? fields : `${fields}\n\n${receipt}`);
      return;
    }
    throw new CliError(65, `no record ${index} in a log of ${reader.checkpoint.size}`, 'the first is 0');
  }),
};

async function ownReceipt(options: AuditShowOptions, index: number): Promise<string> {
  return receiptOf(logFolder(await chosenFolder(options)), index, await readTrust(options));
}
