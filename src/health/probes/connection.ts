import net from 'node:net';
import tls from 'node:tls';
import type { ProbeTarget } from './probe.ts';
import { connectFailure, ProbeFailure, tlsFailure } from './reasons.ts';

/** Opens a new TCP connection; throws `ProbeFailure`. Aborting the signal destroys the socket at any time. */
export async function connectTcp(target: ProbeTarget, signal: AbortSignal): Promise<net.Socket> {
  signal.throwIfAborted();
  const socket = new net.Socket({ signal });
  // A socket without a listener for errors that come after the probe has ended would end the process.
  socket.on('error', () => {});
  socket.setNoDelay(true);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      const { address: host, port, source: localAddress } = target;
      socket.connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }) }, resolve);
    });
    return socket;
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? error : new ProbeFailure(connectFailure(error, target.source));
  }
}

export interface TlsSettings {
  readonly verifyCertificate: boolean;
  readonly context: tls.SecureContext;
  /** What is spoken over it, by ALPN. */
  readonly protocols: readonly string[];
}

/**
 * Speaks TLS over `socket`; throws `ProbeFailure`. The certificate is checked against `host`, which may be an
 * address; then no server name is sent (RFC 6066 §3).
 */
export async function startTls(
  socket: net.Socket,
  host: string,
  settings: TlsSettings,
  signal: AbortSignal,
): Promise<tls.TLSSocket> {
  const secure = tls.connect({
    socket,
    secureContext: settings.context,
    ALPNProtocols: [...settings.protocols],
    rejectUnauthorized: settings.verifyCertificate,
    checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate),
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
  });
  secure.on('error', () => {});
  try {
    await new Promise<void>((resolve, reject) => {
      secure.once('error', reject);
      secure.once('secureConnect', resolve);
      secure.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    return secure;
  } catch (error) {
    secure.destroy();
    throw signal.aborted ? error : new ProbeFailure(tlsFailure(error, host));
  }
}
