import type { FerroHsm } from '@ferrohsm/sdk/node';
import { render } from 'ink';
import { usageError } from '../errors.ts';
import { App } from './app.tsx';
import { readHiddenLine } from './hidden-line.ts';
import type { TopOptions } from './host.ts';
import { readSettings } from './settings-file.ts';
import { Shell } from './shell.ts';

export interface TopRun {
  readonly sidecar: FerroHsm;
  readonly options: TopOptions;
  readonly isColourless: boolean;
}

/** A key is answered before an eye sees that it was pressed. */
const framesPerSecond = 60;

/**
 * Draws on the terminal until the user has enough of it.
 *
 * @throws CliError 2 where standard input or output is not a terminal
 */
export async function runTop({ sidecar, options, isColourless }: TopRun): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw usageError('ferrohsm top needs a terminal', 'for scripts, see the other commands: ferrohsm --help');
  }
  const shell = new Shell({
    sidecar,
    options,
    isColourless,
    theme: readSettings().theme,
    askSecretly: (question) => asked(question),
    quit: () => instance.unmount(),
  });
  const instance = render(<App shell={shell} />, {
    alternateScreen: true,
    incrementalRendering: true,
    // Ink would draw nothing where an environment says that it is of a build server.
    interactive: true,
    patchConsole: false,
    maxFps: framesPerSecond,
  });
  /** The question stands where the screen does not know of it, so all of that is drawn again. */
  const asked = (question: string): Buffer => {
    try {
      return readHiddenLine(question, process.stdout.rows);
    } finally {
      instance.clear();
    }
  };
  shell.start();
  try {
    await instance.waitUntilExit();
  } finally {
    shell.stop();
  }
}
