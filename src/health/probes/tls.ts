import type { TlsCheck } from '../../config/check-model.ts';
import { boundReading, connectTcp } from './connection.ts';
import { outcomeOf } from './outcome.ts';
import type { Probe } from './probe.ts';
import { startTls } from './tls-session.ts';

/** Succeeds when a TLS handshake does and the certificate is well. Nothing is sent over it. */
export const probeTls: Probe<TlsCheck> = (target, check, signal) =>
  outcomeOf(signal, async (progress) => {
    const socket = await connectTcp(target, signal);
    boundReading(socket, progress);
    try {
      const wanted = { host: target.host, settings: check.tls, protocols: [] };
      const secure = await startTls(socket, wanted, signal, progress);
      secure.destroy();
    } finally {
      socket.destroy();
    }
  });
