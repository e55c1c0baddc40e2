import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { findInstallation } from '../../cli/src/pkcs11-setup/installation.ts';
import { hasStockClient, stockClient } from '../pkcs11/served-token.ts';
import { describeMachine } from './machine.ts';
import { compileClient } from './peers/pkcs11-callers.ts';
import { compareTokens, type TokenResult, type TokenRow, warmUp } from './pkcs11-contest.ts';
import { tokenOperations } from './pkcs11-operations.ts';
import { openFerroHsm, openSoftHsm } from './pkcs11-tokens.ts';

// Signatures through the stock PKCS#11 client, beside SoftHSM2 behind p11-kit's own server, in turns; with another client
// than the system's where FERROHSM_P11_KIT names the prefix that it was installed to:
// node test/bench/pkcs11.ts [--rounds 9] [--round-ms 700] [--concurrency 1,8,64] [--json]

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    'round-ms': { type: 'string', default: '700' },
    concurrency: { type: 'string', default: '1,8,64' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const roundMs = Number(values['round-ms']);
const concurrencies = values.concurrency.split(',').map(Number);

process.once('SIGINT', () => process.exit(130));
if (hasStockClient()) {
  const { cpu, cores, loadAverage, fdatasyncUs } = describeMachine(tmpdir());
  const { version = 'of unknown version', generation } = findInstallation(stockClient);
  const operations = tokenOperations(generation.since[1] >= 25);
  if (!values.json) {
    console.log(`${cpu}, ${cores} cores, load ${loadAverage.toFixed(1)}, fdatasync ${Math.round(fdatasyncUs)} us`);
    console.log(`client of p11-kit ${version}`);
  }
  const rows = await measure(operations);
  if (values.json) console.log(JSON.stringify({ cpu, cores, loadAverage, fdatasyncUs, client: version, rows }));
}

async function measure(operations: ReturnType<typeof tokenOperations>): Promise<TokenRow[]> {
  using program = compileClient();
  await using ferrohsm = await openFerroHsm();
  await using softhsm = await openSoftHsm();
  const client = { program: program.path, module: stockClient.module, environment: stockClient.environment };
  const contest = { tokens: { ferrohsm, softhsm }, client, rounds, roundMs };
  const rows: TokenRow[] = [];
  for (const operation of operations) {
    await warmUp(contest, operation, Math.max(...concurrencies));
    for (const concurrency of concurrencies) {
      const row = await compareTokens(contest, operation, concurrency);
      if (!values.json) console.log(rowText(row));
      rows.push(row);
    }
  }
  return rows;
}

function rowText({ operation, concurrency, ferrohsm, softhsm, ratio }: TokenRow): string {
  const both = `FerroHSM ${resultText(ferrohsm)}; SoftHSM2 ${resultText(softhsm)}`;
  return `${operation}, ${concurrency} at once: ${both}; ratio ${ratio.toFixed(2)}`;
}

function resultText({ perSecond, p50Us, cpuUsPerOp }: TokenResult): string {
  const costs = Object.entries(cpuUsPerOp).map(([name, us]) => `${name} ${Math.round(us)} us`);
  return `${Math.round(perSecond)}/s, median ${Math.round(p50Us)} us, processor ${costs.join(', ')}`;
}
