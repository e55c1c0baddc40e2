const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** The last values as a row of bars, each as high as its share of the greatest; the newest is the last. */
export function sparkline(values: readonly number[], columns: number): string {
  const seen = values.slice(-columns);
  const greatest = Math.max(...seen, 0);
  const bars = seen.map((value) => {
    const share = greatest === 0 ? 0 : value / greatest;
    return levels[Math.round(share * (levels.length - 1))] ?? '';
  });
  return bars.join('').padStart(columns);
}
