import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { logFolder } from '../log-folder.ts';
import { addLogOptions, chosenFolder, type LogOptions } from '../log-reading/log-options.ts';
import { receiptOf } from '../log-reading/receipt.ts';
import { recordIndex } from '../log-reading/record-index.ts';
import { readTrust } from '../log-reading/trust-options.ts';
import { writeOutputFile } from '../output-file.ts';

interface AuditProveOptions extends GlobalOptions, LogOptions {
  readonly output?: string;
}

export const auditProve: CommandDescription = {
  usage: 'prove <index>',
  summary: 'Write the receipt of a record (C2SP tlog-proof), which verifies offline with the keys of the log alone.',
  examples: `
# Hand it out with what was signed
ferrohsm audit prove 1234 --output release.tlog-proof

# Whoever has the keys checks it
ferrohsm audit verify-proof release.tlog-proof --key-file log.keys`,
  options: (command) => {
    addLogOptions(command);
    command.option('--output <file>', 'write there instead of to standard output');
  },
  action: local<AuditProveOptions, [string]>(async ({ options, output }, text) => {
    const index = recordIndex(text);
    // Without keys no remark: whoever gets the receipt checks it with theirs.
    const receipt = await receiptOf(logFolder(await chosenFolder(options)), index, await readTrust(options));
    if (options.output === undefined) await output.result({ index, receipt }, receipt);
    else writeOutputFile(options.output, Buffer.from(receipt));
  }),
};
