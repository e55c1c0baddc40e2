import { Box, Text, useInput, usePaste, useWindowSize } from 'ink';
import { memo, type ReactNode, useSyncExternalStore } from 'react';
import { keystrokes } from './keystroke.ts';
import type { Line, Span } from './line.ts';
import type { Shell } from './shell.ts';
import { shown } from './shown-text.ts';
import { type Theme, themes } from './theme.ts';

/** Draws what the shell says, and tells it of every key. */
export function App({ shell }: { readonly shell: Shell }): ReactNode {
  useSyncExternalStore(
    (listener) => shell.subscribe(listener),
    () => shell.version,
  );
  const size = useWindowSize();
  useInput((input, key) => {
    for (const stroke of keystrokes(input, key)) shell.press(stroke, size);
  });
  usePaste((text) => shell.paste(text, size));
  const theme = themes[shell.theme];
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows}>
      {shell.drawn(size).map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the terminal is its number
        <Row key={index} row={row} theme={theme} />
      ))}
    </Box>
  );
}

interface RowProps {
  readonly row: Line;
  readonly theme: Theme;
}

/** Every text passes here: what others wrote is escaped, whichever screen shows it. */
const Row = memo(function Row({ row, theme }: RowProps): ReactNode {
  return <Text wrap="truncate-end">{isEmpty(row) ? ' ' : row.map((span, index) => piece(span, theme, index))}</Text>;
}, isSameRow);

/** Ink gives a text without a character no row. */
function isEmpty(row: Line): boolean {
  return row.every(({ text }) => text === '');
}

function piece({ text, tone }: Span, theme: Theme, index: number): ReactNode {
  return (
    <Text key={index} {...(tone !== undefined && theme[tone])}>
      {shown(text)}
    </Text>
  );
}

/** Rows are built anew at each change; most of them are as they were. */
function isSameRow(before: RowProps, after: RowProps): boolean {
  if (before.theme !== after.theme || before.row.length !== after.row.length) return false;
  return before.row.every(
    ({ text, tone }, index) => text === after.row[index]?.text && tone === after.row[index]?.tone,
  );
}
