import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { limits } from '../../runtime/limits.ts';
import { printable } from './reasons.ts';

/** What a command may rely on; nothing of our own environment, which may hold secrets, is handed on. */
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface CommandCall {
  /** Its path and arguments; there is no shell. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What it reads. */
  readonly input: string;
  /** The command itself has ended; what it left running may hold its output open. */
  readonly onExit?: () => void;
}

export type CommandEnd =
  /** `firstLine` of what it printed; `status` null: ended by `killed`. */
  | {
      readonly kind: 'ended';
      readonly status: number | null;
      readonly killed: string | null;
      readonly firstLine: string;
    }
  | { readonly kind: 'cannot run'; readonly reason: string }
  | { readonly kind: 'says too much'; readonly reason: string };

/**
 * Runs a command that leads a process group of its own, all of which is killed when the command ends or the signal is
 * aborted; then it rejects with the signal's reason, and never otherwise.
 */
export async function runCommand(call: CommandCall, signal: AbortSignal): Promise<CommandEnd> {
  signal.throwIfAborted();
  const { command, environment, input, onExit } = call;
  const [path, ...rest] = command;
  let child: ChildProcess;
  try {
    const env = { PATH: searchPath, ...environment };
    const options: SpawnOptions = { cwd: '/', detached: true, env, stdio: ['pipe', 'pipe', 'pipe'] };
    child = spawn(path!, rest, options);
  } catch (error) {
    // Most faults come as an event, but not all.
    return cannotRun(path!, error as NodeJS.ErrnoException);
  }
  try {
    // Without descriptors there are no pipes; what is wrong comes as an event.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    return await ended(child, path!, signal, onExit);
  } finally {
    killGroup(child);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

function ended(
  child: ChildProcess,
  path: string,
  signal: AbortSignal,
  onExit: (() => void) | undefined,
): Promise<CommandEnd> {
  return new Promise((resolve, reject) => {
    const output = new Output();
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    child.on('error', (error) => resolve(cannotRun(path, error)));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('error', () => {});
      stream?.on('data', (chunk: Buffer) => {
        if (output.add(chunk)) return;
        const reason = `the command prints more than ${limits.commandOutputBytes} bytes`;
        resolve({ kind: 'says too much', reason });
      });
    }
    child.on('exit', () => {
      onExit?.();
      killGroup(child);
    });
    child.on('close', (status, killed) =>
      resolve({ kind: 'ended', status, killed, firstLine: output.firstLine }),
    );
  });
}

/** The group outlives its leader as long as anybody is in it; when nobody is, there is nothing to kill. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

/** What a command printed, up to a bound. */
class Output {
  private text = Buffer.alloc(0);

  /** False when it is too much. */
  add(chunk: Buffer): boolean {
    this.text = Buffer.concat([
      this.text,
      chunk.subarray(0, limits.commandOutputBytes + 1 - this.text.length),
    ]);
    return this.text.length <= limits.commandOutputBytes;
  }

  get firstLine(): string {
    return printable(this.text.toString('utf8').trimStart().split('\n', 1)[0]!.trimEnd()).trim();
  }
}

function cannotRun(path: string, error: NodeJS.ErrnoException): CommandEnd {
  const causes: Readonly<Record<string, string>> = {
    ENOENT: 'no such file, or its interpreter is not there',
    EACCES: 'not allowed, or not executable',
    ENOTDIR: 'a part of the path is no directory',
    ETXTBSY: 'it is being written',
  };
  return { kind: 'cannot run', reason: `${path}: ${causes[error.code ?? ''] ?? error.message}` };
}
