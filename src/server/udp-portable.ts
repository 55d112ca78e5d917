import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { parseAddress } from '../ip/address.ts';
import type { QueryContext } from '../query/context.ts';
import type { respond } from '../query/respond.ts';
import { QuerySource } from '../query/source.ts';
import { limits } from '../runtime/limits.ts';
import type { WorkerLine } from './control-block.ts';
import { Tally } from './control-block.ts';
import type { ProxyNetworks } from './proxy-networks.ts';
import type { SnapshotInbox } from './snapshot-inbox.ts';
import type { ListenAddress } from './sockaddr.ts';
import { isWildcard, sourceFromText } from './sockaddr.ts';

export interface PortableUdpParts {
  readonly context: QueryContext;
  readonly inbox: Pick<SnapshotInbox, 'refresh'>;
  readonly line: WorkerLine;
  readonly respond: typeof respond;
  readonly nowSeconds: () => number;
  readonly nowMs: () => number;
  readonly proxies: ProxyNetworks;
}

/** The UDP server for machines without koffi or Linux: the same `respond` behind node:dgram, one packet a call. */
export class PortableUdp {
  private readonly parts: PortableUdpParts;
  private readonly source = new QuerySource();
  private readonly out = new Uint8Array(limits.udpSlotBytes);
  private readonly proxied: boolean;
  private readonly sockets: Socket[] = [];
  private receivedInTurn = 0;

  constructor(parts: PortableUdpParts) {
    this.parts = parts;
    this.proxied = !parts.proxies.empty;
  }

  /** Binds one address and resolves with its port; a wildcard becomes one socket for each address of the machine. */
  async listen({ host, port }: ListenAddress): Promise<number> {
    const locals = localAddresses(host);
    if (locals.length === 0) throw new Error('no address of this family on this machine');
    for (const local of locals) port = await this.bind(local, port);
    return port;
  }

  /** Answers what the sockets hold, then closes them. */
  async stop(): Promise<void> {
    let quietTurns = 0;
    for (let turn = 0; turn < limits.udpDrainBatches && quietTurns < 2; turn++) {
      this.receivedInTurn = 0;
      await new Promise(setImmediate);
      quietTurns = this.receivedInTurn === 0 ? quietTurns + 1 : 0;
    }
    await Promise.all(
      this.sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))),
    );
  }

  /** Answers one datagram. Public for the test of peers that no real socket can have. */
  take(
    socket: Pick<Socket, 'send'>,
    packet: Uint8Array,
    { address, port }: Pick<RemoteInfo, 'address' | 'port'>,
  ): void {
    const { line, inbox, context } = this.parts;
    this.receivedInTurn++;
    line.tally[Tally.RECEIVED]!++;
    inbox.refresh();
    context.nowSeconds = this.parts.nowSeconds();
    context.nowMs = this.parts.nowMs() | 0;
    // send() to port 0 throws; nobody can listen there anyway.
    if (port === 0 || !sourceFromText(address, this.source)) {
      line.tally[Tally.UNANSWERABLE]!++;
      return;
    }
    if (packet.length > limits.udpSlotBytes) {
      line.tally[Tally.TRUNCATED]!++;
      return;
    }
    this.source.port = port;
    context.log.stamp();
    const skipped = this.proxied ? this.parts.proxies.skipHeader(packet, packet.length, this.source) : 0;
    if (skipped < 0) {
      line.tally[Tally.PROXY_MISSING]!++;
      return;
    }
    if (skipped > 0) packet = packet.subarray(skipped);
    try {
      const length = this.parts.respond(packet, packet.length, this.source, context, this.out);
      if (length === 0) return;
      socket.send(this.out.slice(0, length), port, address, (error) => {
        line.tally[error === null ? Tally.ANSWERED : Tally.SEND_ERRORS]!++;
      });
    } catch {
      line.tally[Tally.FAULTS]!++;
    }
  }

  private bind(host: string, port: number): Promise<number> {
    const v6 = host.includes(':');
    const socket = createSocket({
      type: v6 ? 'udp6' : 'udp4',
      ipv6Only: v6,
      recvBufferSize: limits.udpReceiveBufferBytes,
      sendBufferSize: limits.udpSendBufferBytes,
    });
    this.sockets.push(socket);
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: host, port, exclusive: true }, () => {
        socket.off('error', reject);
        // Such as an ICMP error that came back: the socket goes on.
        socket.on('error', () => this.parts.line.tally[Tally.SEND_ERRORS]!++);
        socket.on('message', (packet, peer) => this.take(socket, packet, peer));
        resolve(socket.address().port);
      });
    });
  }
}

/** dgram cannot say which address a packet was sent to, so a wildcard binds each address that an answer may need. */
function localAddresses(host: string): string[] {
  const address = parseAddress(host);
  if (address === undefined || !isWildcard(address)) return [host];
  const family = address.family === 4 ? 'IPv4' : 'IPv6';
  return Object.entries(networkInterfaces()).flatMap(([name, entries]) =>
    (entries ?? [])
      .filter((entry) => entry.family === family)
      .map((entry) => (entry.address.startsWith('fe80:') ? `${entry.address}%${name}` : entry.address)),
  );
}
