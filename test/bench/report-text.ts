import { absentLines, otherLines, type Report, rateCells, rateHeadings, settingLines } from './report.ts';
import { aligned } from './table.ts';

/** The report for a terminal. */
export function textOf(report: Report): string {
  return [
    ...settingLines(report),
    ...absentLines(report.absent),
    ...otherLines(report),
    '',
    ...aligned([rateHeadings, ...rateCells(report.rows)]),
  ].join('\n');
}
