import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect, type Socket as TcpSocket } from 'node:net';
import { resolve } from 'node:path';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { emptyGeoMap } from '../../src/geo/map.ts';
import type { TlsIdentity } from '../../src/server/worker-messages.ts';
import type { SnapshotBuffers } from '../../src/snapshot/buffers.ts';
import { emptyImage } from '../../src/snapshot/image.ts';
import { emptyRotation } from '../../src/snapshot/rotation.ts';
import { plainSettings } from '../../src/snapshot/settings.ts';

/** A query for `name` A IN with this id, as a resolver would send it. */
export function query(id: number, name = 'host.example.com', padding = 0): Buffer {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  const head = [id >>> 8, id & 0xff, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0];
  return Buffer.concat([Buffer.from([...head, ...labels, 0, 0, 1, 0, 1]), Buffer.alloc(padding)]);
}

/** The smallest snapshot: no zone, nothing steered. */
export function emptySnapshot(generation: number): SnapshotBuffers {
  return {
    generation,
    image: emptyImage(),
    views: [emptyGeoMap(0)],
    owners: [],
    rotation: emptyRotation(),
    settings: plainSettings,
  };
}

/** A UDP client that counts the answers to each id and remembers who sent them. */
export class UdpClient {
  readonly answers = new Map<number, number>();
  readonly senders = new Set<string>();
  readonly socket: Socket;
  private waiting: { count: number; resolve: () => void } | undefined;

  constructor(family: 4 | 6 = 4) {
    this.socket = createSocket({ type: family === 4 ? 'udp4' : 'udp6', recvBufferSize: 4 * 1024 * 1024 });
    this.socket.on('message', (message, peer) => {
      if (message.length < 12) return;
      const id = message.readUInt16BE(0);
      this.answers.set(id, (this.answers.get(id) ?? 0) + 1);
      this.senders.add(peer.address);
      if (this.waiting !== undefined && this.answers.size >= this.waiting.count) this.waiting.resolve();
    });
  }

  send(packet: Uint8Array, port: number, host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(packet, port, host, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  /** Resolves when `count` different ids are answered; rejects after `limitMs`. */
  answered(count: number, limitMs = 5_000): Promise<void> {
    if (this.answers.size >= count) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.answers.size} of ${count} answered`)), limitMs);
      this.waiting = {
        count,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
    });
  }

  close(): void {
    this.socket.close();
  }
}

/** A stream client that cuts what it reads into messages. */
export class TcpClient {
  readonly socket: TcpSocket;
  /** Below TLS, or the same. */
  readonly raw: TcpSocket;
  readonly messages: Buffer[] = [];
  connected = false;
  ended = false;
  closed = false;
  private rest = Buffer.alloc(0);
  private waiting: (() => void)[] = [];

  /** With `tls`, what beside port and host the handshake is to have: see `overTls`. `first` goes before it. */
  constructor(port: number, host = '127.0.0.1', tls?: ConnectionOptions, first?: Uint8Array) {
    const options = { port, host, allowHalfOpen: true, noDelay: true };
    this.raw = connect(options);
    this.raw.on('error', () => {});
    if (first !== undefined) this.raw.write(first);
    this.socket = tls === undefined ? this.raw : connectTls({ ...options, ...tls, socket: this.raw });
    this.socket.on('data', (chunk) => this.take(chunk));
    this.socket.on(tls === undefined ? 'connect' : 'secureConnect', () =>
      this.note(() => (this.connected = true)),
    );
    this.socket.on('end', () => this.note(() => (this.ended = true)));
    this.socket.on('error', () => {});
    this.socket.on('close', () => this.note(() => (this.closed = true)));
  }

  get ids(): number[] {
    return this.messages.map((message) => message.readUInt16BE(0));
  }

  /** Resolves when `condition` holds, looking after each event; rejects after `limitMs`. */
  until(condition: () => boolean, limitMs = 5_000): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`not reached: ${condition}; ${this.messages.length} messages, ended ${this.ended}`));
      }, limitMs);
      const look = (): void => {
        if (!condition()) return;
        clearTimeout(timer);
        this.waiting = this.waiting.filter((other) => other !== look);
        resolve();
      };
      this.waiting.push(look);
    });
  }

  private take(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    while (this.rest.length >= 2 && this.rest.length >= 2 + this.rest.readUInt16BE(0)) {
      const end = 2 + this.rest.readUInt16BE(0);
      this.messages.push(Buffer.from(this.rest.subarray(2, end)));
      this.rest = this.rest.subarray(end);
    }
    this.note(() => {});
  }

  private note(change: () => void): void {
    change();
    for (const look of [...this.waiting]) look();
  }
}

/** Any certificate will do, and DNS is what is to be spoken. */
export const overTls: ConnectionOptions = { rejectUnauthorized: false, ALPNProtocols: ['dot'] };

/** A certificate of `test/fixtures/tls` with its key. */
export function identity(name: string): TlsIdentity {
  const read = (file: string) =>
    readFileSync(resolve(import.meta.dirname, '../fixtures/tls', file), 'latin1');
  return { certificate: read(`${name}.pem`), key: read(`${name}.key.pem`) };
}

/** A message behind its two length bytes. */
export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([message.length >>> 8, message.length & 0xff]), message]);
}
