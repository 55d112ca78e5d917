import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { limits } from '../runtime/limits.ts';
import type { TlsIdentity } from './worker-messages.ts';

/**
 * The TLS side of one listener (RFC 7858, RFC 8310): takes accepted sockets and hands them back secured. It does not
 * listen itself, so that a PROXY header can be read off the socket before.
 */
export class TlsFront {
  private readonly server: Server;
  /** Who waits for the end of a handshake, by the peer's address: it is one connection's alone while that is open. */
  private readonly waiting = new Map<string, (socket: Socket) => void>();

  constructor(identity: TlsIdentity) {
    this.server = createServer({
      ...contextOf(identity),
      ALPNProtocols: ['dot'],
      handshakeTimeout: limits.tcpArrivalMs,
    });
    this.server.on('secureConnection', (socket) => {
      const ready = this.waiting.get(peerOf(socket));
      socket.allowHalfOpen = true;
      if (ready === undefined) socket.destroy();
      else ready(socket);
    });
    // The socket's own end is noticed by who holds it.
    this.server.on('tlsClientError', (_, socket) => socket.destroy());
  }

  /** Calls `ready` with the secured socket; when the handshake fails, `raw` closes instead. */
  secure(raw: Socket, ready: (socket: Socket) => void): void {
    const peer = peerOf(raw);
    this.waiting.set(peer, ready);
    raw.once('close', () => {
      if (this.waiting.get(peer) === ready) this.waiting.delete(peer);
    });
    // A peer that sends its end in the middle of a handshake is gone; one that does so later may want its answers.
    raw.allowHalfOpen = false;
    this.server.emit('connection', raw);
  }

  /** What the next handshakes show. Open connections stay, and so do the sessions that clients may resume. */
  show(identity: TlsIdentity): void {
    const keys = this.server.getTicketKeys();
    this.server.setSecureContext(contextOf(identity));
    this.server.setTicketKeys(keys);
  }
}

function contextOf({ certificate, key }: TlsIdentity) {
  return {
    cert: certificate,
    key,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  } as const;
}

function peerOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
