import { execFileSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One instruction with the words behind it; continued lines are joined. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** What the last stage of a Containerfile says about the process. */
export interface ContainerImage {
  /** Everything in it, below the folder that stands for its root. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly uid: number;
  readonly gid: number;
  readonly volumes: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** A line for a shell. */
  readonly healthCheck: string;
}

export function parseContainerfile(text: string): Instruction[] {
  const lines = text.replaceAll(/\\\n\s*/g, '').split('\n');
  return lines
    .filter((line) => /^[A-Z]+ /.test(line))
    .map((line) => ({ name: line.slice(0, line.indexOf(' ')), text: line.slice(line.indexOf(' ') + 1).trim() }));
}

/**
 * Takes the steps of a Containerfile without a container engine: each stage is a folder, and absolute paths of the image
 * lead below it. What the base image has, this machine must have.
 */
export function buildImage(instructions: readonly Instruction[], context: string, folder: string): ContainerImage {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const { name, text } of instructions) {
    if (name === 'ARG') continue;
    if (name === 'FROM') {
      const alias = / AS (\S+)$/.exec(text)?.[1] ?? 'last';
      stage = new Stage(join(folder, alias));
      stages.set(alias, stage);
    } else if (name === 'COPY') stage?.copy(text, context, stages);
    else stage?.take(name, text);
  }
  if (stage === undefined) throw new Error('the Containerfile has no stage');
  return stage.image();
}

class Stage {
  readonly root: string;
  readonly #said = new Map<string, string>();
  readonly #environment: Record<string, string> = {};
  #workFolder = '/';

  constructor(root: string) {
    this.root = root;
    mkdirSync(root, { recursive: true });
  }

  take(name: string, text: string): void {
    if (name === 'WORKDIR') {
      this.#workFolder = text;
      mkdirSync(join(this.root, text), { recursive: true });
    } else if (name === 'RUN') {
      execFileSync('sh', ['-euc', this.#placed(text)], { cwd: join(this.root, this.#workFolder), stdio: 'pipe' });
    } else if (name === 'ENV') {
      const [variable = '', value = ''] = text.split('=');
      this.#environment[variable] = value;
    } else this.#said.set(name, text);
  }

  copy(text: string, context: string, stages: ReadonlyMap<string, Stage>): void {
    const words = text.split(' ');
    const option = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.split('=')[1];
    const [source = '', target = ''] = words.filter((word) => !word.startsWith('--'));
    const from = option('from');
    const sourceRoot = from === undefined ? context : stages.get(from)?.root;
    if (sourceRoot === undefined) throw new Error(`COPY --from=${from}: no such stage`);
    cpSync(join(sourceRoot, source), join(this.root, target), { recursive: true, preserveTimestamps: true });
    const [uid, gid] = (option('chown') ?? '').split(':').map(Number);
    if (uid !== undefined && gid !== undefined && process.getuid?.() === 0) {
      for (const entry of readdirSync(join(sourceRoot, source), { recursive: true, encoding: 'utf8' })) {
        chownSync(join(this.root, target, entry), uid, gid);
      }
    }
  }

  image(): ContainerImage {
    const [uid = 0, gid = 0] = (this.#said.get('USER') ?? '').split(':').map(Number);
    return {
      root: this.root,
      environment: Object.fromEntries(
        Object.entries(this.#environment).map(([name, value]) => [name, this.#placed(value)]),
      ),
      uid,
      gid,
      volumes: this.#list('VOLUME'),
      entrypoint: this.#list('ENTRYPOINT').map((word) => this.#placed(word)),
      command: this.#list('CMD'),
      healthCheck: this.#placed(/ CMD (.*)$/.exec(this.#said.get('HEALTHCHECK') ?? '')?.[1] ?? ''),
    };
  }

  #list(name: string): readonly string[] {
    return JSON.parse(this.#said.get(name) ?? '[]') as string[];
  }

  /** Absolute paths of the image, but those of devices, lead below its root. */
  #placed(text: string): string {
    return text.replaceAll(/(^|(?<=[\s=]))\/(?!dev\/)(?=[a-z])/g, `${this.root}/`);
  }
}
