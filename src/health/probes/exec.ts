import { type ChildProcess, spawn } from 'node:child_process';
import type { ExecCheck } from '../../config/check-model.ts';
import { limits } from '../../runtime/limits.ts';
import { outcomeOf } from './outcome.ts';
import type { Probe, ProbeResult, ProbeTarget } from './probe.ts';
import { ProbeFailure, printable } from './reasons.ts';
import { Slots } from './slots.ts';

/** What a command may rely on; nothing of our own environment, which may hold secrets, is handed on. */
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Runs a command without a shell; status 0 is success, the first line of what it prints the reason otherwise. It leads
 * a process group of its own, all of which is killed when the command ends or the deadline comes. At most
 * `limits.commandsAtOnce` run; a probe that gets no turn in time says nothing about its endpoint.
 */
export function probeExec(slots = new Slots(limits.commandsAtOnce)): Probe<ExecCheck> {
  return async (target, check, signal) => {
    const beganAt = performance.now();
    if (!(await slots.take(signal))) return noTurn(performance.now() - beganAt);
    try {
      return await outcomeOf(signal, async (progress) => {
        signal.throwIfAborted();
        progress.doing = 'running the command';
        const child = spawn(check.command[0]!, check.command.slice(1), {
          cwd: '/',
          detached: true,
          env: environmentOf(target),
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        try {
          await ended(child, check, signal, () => {
            progress.doing = 'waiting for what the command left running';
          });
        } finally {
          killGroup(child);
          child.stdout?.destroy();
        }
      });
    } finally {
      slots.give();
    }
  };
}

function ended(
  child: ChildProcess,
  { command }: ExecCheck,
  signal: AbortSignal,
  onExit: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const output = new Output();
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    child.on('error', (error) => reject(new ProbeFailure(cannotRun(command[0]!, error))));
    child.stdout?.on('error', () => {});
    child.stdout?.on('data', (chunk: Buffer) => {
      if (output.add(chunk)) return;
      reject(failure(`the command prints more than ${limits.commandOutputBytes} bytes`));
    });
    child.on('exit', () => {
      onExit();
      killGroup(child);
    });
    child.on('close', (status, killed) => {
      if (status === 0) return resolve();
      const how = status === null ? `was ended by ${killed}` : `exit status ${status}`;
      reject(
        failure(
          output.firstLine === '' ? `the command says nothing, ${how}` : `${output.firstLine} (${how})`,
        ),
      );
    });
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

function environmentOf({ address, port, subject }: ProbeTarget): NodeJS.ProcessEnv {
  return {
    PATH: searchPath,
    MERIDIAN_ADDRESS: address,
    MERIDIAN_PORT: String(port),
    MERIDIAN_POOL: subject?.pool ?? '',
    MERIDIAN_ENDPOINT: subject?.endpoint ?? '',
  };
}

/** A command that cannot be run is a fault of this machine. */
function cannotRun(path: string, error: NodeJS.ErrnoException): ProbeFailure['failure'] {
  const causes: Readonly<Record<string, string>> = {
    ENOENT: 'no such file, or its interpreter is not there',
    EACCES: 'not allowed, or not executable',
  };
  const cause = causes[error.code ?? ''] ?? error.message;
  return { code: 'error', reason: printable(`no probe was possible: ${path}: ${cause}`), ownFault: true };
}

function noTurn(durationMs: number): ProbeResult {
  const reason = `no probe was possible: ${limits.commandsAtOnce} commands run already`;
  return { ok: false, code: 'error', reason, durationMs, ownFault: true };
}

function failure(reason: string): ProbeFailure {
  return new ProbeFailure({ code: 'status', reason: printable(reason) });
}
