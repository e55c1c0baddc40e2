import { InvalidArgumentError, Option } from 'commander';
import { type CommandDescription, connected } from '../command.ts';
import { readCallers } from '../inventory/callers.ts';
import { cyclonedx } from '../inventory/cyclonedx.ts';
import { type Finding, findingNames } from '../inventory/finding.ts';
import { htmlReport } from '../inventory/html-report.ts';
import { type Inventory, takeInventory } from '../inventory/inventory.ts';
import { textReport } from '../inventory/text-report.ts';
import { refuseFindings } from '../inventory/verdict.ts';
import { labelPair, repeatedOf } from '../option-values.ts';
import { writeData } from '../output.ts';
import { writeOutputFile } from '../output-file.ts';

/** The inventory as text; a table fits the width of a terminal. */
type Report = (inventory: Inventory, width?: number) => string;

const formats = Object.freeze<Record<'text' | 'json' | 'cyclonedx' | 'html', Report>>({
  text: textReport,
  json: (inventory: Inventory) => JSON.stringify(inventory, null, 2),
  cyclonedx: (inventory: Inventory) => JSON.stringify(cyclonedx(inventory), null, 2),
  html: htmlReport,
});

type Format = keyof typeof formats;

interface InventoryOptions {
  readonly prefix?: string;
  readonly label?: Record<string, string>;
  readonly format?: Format;
  readonly out?: string;
  readonly callers?: boolean;
  readonly failOn?: readonly Finding[];
}

export const inventory: CommandDescription = {
  usage: 'inventory',
  summary: 'Show all keys that you may see, what is wrong with them, and what quantum computers will break.',
  examples: `
# For people
ferrohsm inventory

# A cryptography bill of materials, CycloneDX 1.6
ferrohsm inventory --format cyclonedx --out keys.cdx.json

# In CI: exit status 9 and the names of the keys
ferrohsm inventory --label environment=production --fail-on quantum-vulnerable --fail-on expired`,
  options: (command) =>
    command
      .option('--prefix <text>', 'only names that start with it')
      .option('--label <name=value>', 'only keys that have it, more than once', labelPair)
      .option('--format <format>', `${Object.keys(formats).join(', ')}; default: text, with --json json`, formatName)
      .option('--callers', 'who used each key, too: reads the whole log')
      .addOption(new Option('--out <file>', 'write it there; - is standard output').conflicts('output'))
      .option(
        '--fail-on <finding>',
        `exit with 9 for a key with it: ${findingNames.join(', ')}`,
        repeatedOf(findingNames),
      ),
  action: connected<InventoryOptions>(async ({ sidecar, options, output }) => {
    const {
      prefix,
      label,
      format = output.json ? 'json' : 'text',
      out = options.output ?? '-',
      callers = false,
      failOn = [],
    } = options;
    const selection = { ...(prefix !== undefined && { prefix }), ...(label !== undefined && { labels: label }) };
    const taken = await takeInventory(sidecar, selection, callers ? await readCallers(sidecar) : undefined);
    await write(out, `${formats[format](taken, out === '-' ? output.width : undefined).trimEnd()}\n`);
    refuseFindings(taken.summary, failOn);
  }),
};

function formatName(text: string): Format {
  if (Object.hasOwn(formats, text)) return text as Format;
  throw new InvalidArgumentError(`choose from ${Object.keys(formats).join(', ')}.`);
}

async function write(out: string, text: string): Promise<void> {
  if (out === '-') await writeData(text);
  else writeOutputFile(out, Buffer.from(text));
}
