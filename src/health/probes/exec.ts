import type { ExecCheck } from '../../config/check-model.ts';
import { limits } from '../../runtime/limits.ts';
import { type CommandEnd, runCommand } from './command.ts';
import { outcomeOf } from './outcome.ts';
import type { Probe, ProbeResult, ProbeTarget } from './probe.ts';
import { ProbeFailure, printable } from './reasons.ts';
import { Slots } from './slots.ts';

/**
 * Runs a command without a shell; status 0 is success, the first line of what it prints the reason otherwise. At most
 * `limits.commandsAtOnce` run; a probe that gets no turn in time says nothing about its endpoint.
 */
export function probeExec(slots = new Slots(limits.commandsAtOnce)): Probe<ExecCheck> {
  return async (target, { command }, signal) => {
    const beganAt = performance.now();
    if (!(await slots.take(signal))) return noTurn(performance.now() - beganAt);
    try {
      return await outcomeOf(signal, async (progress) => {
        progress.doing = 'running the command';
        const onExit = (): void => {
          progress.doing = 'waiting for what the command left running';
        };
        const call = { command, environment: environmentOf(target), input: '', onExit };
        requireWell(await runCommand(call, signal));
      });
    } finally {
      slots.give();
    }
  };
}

function requireWell(end: CommandEnd): void {
  // A command that cannot be run is a fault of this machine.
  if (end.kind === 'cannot run') {
    const reason = printable(`no probe was possible: ${end.reason}`);
    throw new ProbeFailure({ code: 'error', reason, ownFault: true });
  }
  if (end.kind === 'says too much') throw failure(end.reason);
  const { status, killed, firstLine } = end;
  if (status === 0) return;
  const how = status === null ? `was ended by ${killed}` : `exit status ${status}`;
  throw failure(firstLine === '' ? `the command says nothing, ${how}` : `${firstLine} (${how})`);
}

function environmentOf({ address, port, subject }: ProbeTarget): Record<string, string> {
  return {
    MERIDIAN_ADDRESS: address,
    MERIDIAN_PORT: String(port),
    MERIDIAN_POOL: subject?.pool ?? '',
    MERIDIAN_ENDPOINT: subject?.endpoint ?? '',
  };
}

function noTurn(durationMs: number): ProbeResult {
  const reason = `no probe was possible: ${limits.commandsAtOnce} commands run already`;
  return { ok: false, code: 'error', reason, durationMs, ownFault: true };
}

function failure(reason: string): ProbeFailure {
  return new ProbeFailure({ code: 'status', reason: printable(reason) });
}
