import { isoTime } from '../named-key.ts';
import { findings } from './finding.ts';
import { type Html, html } from './html.ts';
import type { Inventory } from './inventory.ts';
import type { InventoryKey } from './inventory-key.ts';
import { keyHeadings, keyRow } from './key-row.ts';
import type { InventorySummary } from './summary.ts';
import { percent } from './text-report.ts';

/** The inventory as one page that loads nothing and runs nothing, so that it opens under any content policy. */
export function htmlReport(inventory: Inventory): string {
  const { asOf, summary, keys } = inventory;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>FerroHSM: key inventory</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; color: #1c2530; }
h1, h2 { font-weight: 600; } h2 { margin-top: 2rem; }
table { border-collapse: collapse; } td, th { padding: .3rem .8rem; text-align: left; border-bottom: 1px solid #d5dbe1; vertical-align: top; }
th { font-size: .85em; color: #55606c; } .wide { overflow-x: auto; }
meter { width: 20rem; height: 1.2rem; } ul { margin: 0; padding-left: 1.1rem; } tr.bad td:first-child { border-left: 4px solid #b3261e; }
</style>
</head>
<body>
<h1>Key inventory</h1>
<p>keys: ${summary.keys}, in force: ${summary.keysInForce}, at ${isoTime(asOf)}</p>
${vulnerablePart(summary)}
${tablePart('Findings', ['FINDING', 'MEANING', 'KEYS'], findingRows(summary))}
${tablePart('CNSA 2.0: what would move to what', ['FROM', 'TO', 'KEYS'], moveRows(summary))}
${tablePart('Algorithms of versions in force', ['ALGORITHM', 'VERSIONS'], countRows(summary.algorithms))}
${tablePart('States', ['STATE', 'VERSIONS'], countRows(summary.states))}
${tablePart('Keys', [...keyHeadings, 'OWNER', 'DESCRIPTION', 'LABELS', 'FINDINGS', 'CALLERS'], [...keys].sort(byFindings).map(keyLine))}
</body>
</html>
`;
  return page.text;
}

function vulnerablePart({ quantumVulnerableShare: share, quantumVulnerableKeys: count }: InventorySummary): Html {
  return html`<p>Quantum-vulnerable: <meter min="0" max="1" value="${share}">${percent(share)}</meter> ${percent(share)}, ${count} keys</p>`;
}

function tablePart(title: string, headings: readonly string[], rows: readonly Html[]): Html {
  if (rows.length === 0) return html``;
  return html`<h2>${title}</h2>
<div class="wide"><table>
<thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>
${rows}
</tbody>
</table></div>`;
}

function row(cells: readonly Html[], isBad = false): Html {
  const columns = cells.map((cell) => html`<td>${cell}</td>`);
  return isBad ? html`<tr class="bad">${columns}</tr>` : html`<tr>${columns}</tr>`;
}

/** Text from elsewhere, which must not turn the direction of what is beside it. */
function word(text: string | number): Html {
  return html`<bdi>${text}</bdi>`;
}

function list(words: readonly string[]): Html {
  return words.length === 0 ? html`` : html`<ul>${words.map((each) => html`<li>${word(each)}</li>`)}</ul>`;
}

function findingRows(summary: InventorySummary): readonly Html[] {
  return Object.entries(summary.findings)
    .filter(([, names]) => names.length > 0)
    .map(([finding, names]) => row([word(finding), word(findings[finding as keyof typeof findings]), list(names)]));
}

function moveRows({ cnsa2Moves }: InventorySummary): readonly Html[] {
  return cnsa2Moves.map(({ from, to, keys }) => row([word(from), word(to), list(keys)]));
}

function countRows(counts: Readonly<Record<string, number>>): readonly Html[] {
  return Object.entries(counts).map(([each, count]) => row([word(each), word(count)]));
}

/** Those with the most findings first, else by name, as they come. */
function byFindings(one: InventoryKey, other: InventoryKey): number {
  return other.findings.length - one.findings.length;
}

function keyLine(key: InventoryKey): Html {
  const labels = Object.entries(key.labels).map(([name, value]) => `${name}=${value}`);
  const cells = [
    ...keyRow(key).map(word),
    word(key.owner),
    word(key.description ?? ''),
    list(labels),
    list(key.findings),
    list(key.callers ?? ['?']),
  ];
  return row(cells, key.findings.includes('quantum-vulnerable') || key.findings.includes('weak'));
}
