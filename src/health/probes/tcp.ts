import type { TcpCheck } from '../../config/check-model.ts';
import { boundReading, connectTcp } from './connection.ts';
import { outcomeOf, type Progress } from './outcome.ts';
import type { Probe } from './probe.ts';
import { requireText } from './wanted-text.ts';

/** Succeeds when the port accepts a connection and, where a text is expected, says it. */
export const probeTcp: Probe<TcpCheck> = (target, { send, expect }, signal) =>
  outcomeOf(signal, async (progress) => {
    const socket = await connectTcp(target, signal);
    boundReading(socket, progress);
    try {
      if (send !== undefined) socket.write(send);
      if (expect === undefined) return;
      progress.doing = 'waiting for the expected text';
      await requireText(heard(socket, progress), expect, 'what was sent');
    } finally {
      socket.resetAndDestroy();
    }
  });

/** Passes on what comes, and keeps how it begins. */
async function* heard(socket: AsyncIterable<Buffer>, progress: Progress): AsyncGenerator<Buffer> {
  let first = '';
  for await (const chunk of socket) {
    first += chunk.toString('latin1', 0, SHOWN - first.length);
    progress.said = JSON.stringify(first);
    yield chunk;
  }
}

const SHOWN = 60;
