import type { TcpCheck } from '../../config/check-model.ts';
import { connectTcp } from './connection.ts';
import { outcomeOf } from './outcome.ts';
import type { Probe } from './probe.ts';

/** Succeeds when the port accepts a connection. Nothing is sent. */
export const probeTcp: Probe<TcpCheck> = (target, _, signal) =>
  outcomeOf(signal, async () => {
    const socket = await connectTcp(target, signal);
    socket.resetAndDestroy();
  });
