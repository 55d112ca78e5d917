import { randomInt } from 'node:crypto';
import type { Prefix } from '../ip/prefix.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { systemClock } from '../runtime/clock.ts';
import { OperatorError } from '../runtime/errors.ts';
import { limits } from '../runtime/limits.ts';
import type { SnapshotBuffers } from '../snapshot/buffers.ts';
import { refuseOtherListener } from './bound-socket.ts';
import { ControlBlock } from './control-block.ts';
import { type Libc, loadLibc } from './libc.ts';
import { weighShared } from './shared-garbage.ts';
import { collide, type ListenAddress } from './sockaddr.ts';
import { workerFile } from './worker-file.ts';
import { listenError, type WorkerEvent, WorkerLife } from './worker-life.ts';
import type { StreamBounds, TlsIdentity, WorkerSocket } from './worker-messages.ts';

export interface WorkerSetOptions {
  readonly addresses: readonly ListenAddress[];
  /** Where the stream worker serves TLS, and what it shows there. */
  readonly tls: readonly TlsEndpoint[];
  readonly bounds: StreamBounds;
  /** Networks whose peers put a PROXY v2 header before what they pass on. */
  readonly proxies: readonly Prefix[];
  /** They do so over UDP too. */
  readonly proxyUdp: boolean;
  /** UDP threads; the portable path has one whatever is asked. */
  readonly udpWorkers: number;
  readonly snapshot: SnapshotBuffers;
  /** Query counters: one buffer for each UDP worker, then one for the stream worker. */
  readonly counters: readonly SharedArrayBuffer[];
  /** Log rings (`query/log-layout.ts`), in the same order; without them no query is ever logged. */
  readonly logs?: readonly SharedArrayBuffer[];
  /** Use node:dgram even where the batched path would work. */
  readonly portable?: boolean;
  /**
   * Addresses of another set of this process, which is to be stopped when this one serves: they may be had beside
   * it. Any other address in use is an error. Not on the portable path: stop the old set first there.
   */
  readonly beside?: readonly ListenAddress[];
  readonly onEvent: (event: WorkerEvent) => void;
  readonly clock?: Clock;
}

export interface TlsEndpoint {
  readonly address: ListenAddress;
  readonly identity: TlsIdentity;
}

export interface WorkerStatus {
  readonly name: string;
  readonly alive: boolean;
  readonly restarts: number;
  /** Low 32 bits of the generation that it answers from. */
  readonly generation: number;
  /** Indexed by `Tally`. Shared memory: it goes on counting. */
  readonly tally: Float64Array;
}

export interface WorkerSet {
  /** The port of each address, as the kernel gave it where 0 was asked. */
  readonly ports: readonly number[];
  /** The same for TLS. */
  readonly tlsPorts: readonly number[];
  /** `mmsg` is recvmmsg and sendmmsg through koffi; `portable` is node:dgram. */
  readonly path: 'mmsg' | 'portable';
  /** Hands a snapshot to all workers. False, and nothing done, when a newer or the same one was published. */
  publish(snapshot: SnapshotBuffers): boolean;
  /** What the TLS listeners show, in the order of `options.tls`, from the next publication on. */
  show(identities: readonly TlsIdentity[]): void;
  status(): readonly WorkerStatus[];
  /** Answers what has arrived, closes all sockets; within `limits.stopMs` or so. */
  stop(): Promise<void>;
}

/**
 * Starts the data plane: UDP workers and one stream worker on every address. Resolves when all of them serve;
 * rejects with OperatorError LISTEN, and leaves nothing open, when an address cannot be had.
 */
export async function startWorkers(options: WorkerSetOptions): Promise<WorkerSet> {
  const libc = options.portable === true ? 'asked for by the operator' : loadLibc();
  if (typeof libc === 'string') options.onEvent({ kind: 'portable', reason: libc });
  for (let attempt = 1; ; attempt++) {
    const set = new Workers(options, libc);
    try {
      await set.start();
      return set;
    } catch (error) {
      await set.stop();
      // The kernel's choice of a UDP port may be taken for TCP: it then chooses again.
      const again = options.addresses.some(({ port }) => port === 0) && attempt < PORT_ATTEMPTS;
      if (!again || !(error instanceof OperatorError)) throw error;
    }
  }
}

const PORT_ATTEMPTS = 8;

class Workers implements WorkerSet {
  readonly path: 'mmsg' | 'portable';
  private readonly options: WorkerSetOptions;
  private readonly clock: Clock;
  private readonly libc: Libc | undefined;
  private readonly control: ControlBlock;
  private readonly lives: WorkerLife[] = [];
  private readonly seed = randomInt(2 ** 32);
  /** As asked, then with the ports that the kernel gave. */
  private addresses: readonly ListenAddress[];
  private tls: readonly ListenAddress[];
  private identities: readonly TlsIdentity[];
  /** The stream worker has not been sent `identities` yet. */
  private identitiesChanged = false;
  private snapshot: SnapshotBuffers;
  private watch: Timer | undefined;

  constructor(options: WorkerSetOptions, libc: Libc | string) {
    this.options = options;
    this.libc = typeof libc === 'string' ? undefined : libc;
    this.path = this.libc === undefined ? 'portable' : 'mmsg';
    this.clock = options.clock ?? systemClock;
    this.control = ControlBlock.forWorkers(options.udpWorkers + 1);
    this.addresses = options.addresses;
    this.tls = options.tls.map(({ address }) => address);
    this.identities = options.tls.map(({ identity }) => identity);
    this.snapshot = options.snapshot;
    this.control.announce(this.snapshot.generation | 0);
  }

  get ports(): readonly number[] {
    return this.addresses.map(({ port }) => port);
  }

  get tlsPorts(): readonly number[] {
    return this.tls.map(({ port }) => port);
  }

  async start(): Promise<void> {
    const { udpWorkers } = this.options;
    const udp = this.libc === undefined ? 1 : udpWorkers;
    for (let i = 0; i < udp; i++) this.lives.push(this.life(`udp ${i + 1}`, i));
    this.lives.push(this.life('tcp', udpWorkers));
    if (this.libc !== undefined) this.refuseOthers(this.libc);
    // One after the other until all ports are known, then all at once.
    const [first, ...others] = this.lives;
    const ports = await first!.start();
    this.addresses = withPorts(this.addresses, ports);
    const opened = await Promise.all(others.map((life) => life.start()));
    this.tls = withPorts(this.tls, opened.at(-1)!.slice(this.addresses.length));
    this.lookAfter();
  }

  publish(snapshot: SnapshotBuffers): boolean {
    if (snapshot.generation <= this.snapshot.generation) return false;
    const newBytes = bytesNotIn(this.snapshot, snapshot);
    this.snapshot = snapshot;
    weighShared(newBytes);
    // The message first: who sees the word finds the message.
    const [stream, ...udp] = this.lives.toReversed();
    for (const life of udp) life.publish({ snapshot, newBytes });
    const { identities, identitiesChanged } = this;
    stream!.publish(identitiesChanged ? { snapshot, newBytes, identities } : { snapshot, newBytes });
    this.identitiesChanged = false;
    this.control.announce(snapshot.generation | 0);
    return true;
  }

  show(identities: readonly TlsIdentity[]): void {
    this.identities = identities;
    this.identitiesChanged = true;
  }

  status(): readonly WorkerStatus[] {
    return this.lives.map(({ name, alive, restarts, line }) => ({
      name,
      alive,
      restarts,
      generation: line.adopted(),
      tally: line.tally,
    }));
  }

  async stop(): Promise<void> {
    this.watch?.cancel();
    this.control.askToStop();
    await Promise.all(this.lives.map((life) => life.stop()));
  }

  private life(name: string, worker: number): WorkerLife {
    const { options, libc, clock } = this;
    const udp = name !== 'tcp';
    const file = udp ? (libc === undefined ? 'udp-portable-worker' : 'udp-worker') : 'stream-worker';
    return new WorkerLife({
      name,
      file: workerFile(file, import.meta.url),
      line: this.control.line(worker),
      clock,
      onEvent: options.onEvent,
      release: (sockets) => {
        for (const { fd } of sockets) if (fd !== undefined) libc?.close(fd);
      },
      start: (sockets) => ({
        worker,
        control: this.control.buffer,
        counters: options.counters[worker]!,
        log: options.logs?.[worker],
        snapshot: this.snapshot,
        seed: (this.seed + Math.imul(worker, 0x9e3779b9)) >>> 0,
        limiterSecret: [randomInt(2 ** 32), randomInt(2 ** 32)],
        portable: libc === undefined,
        proxies: udp && !options.proxyUdp ? [] : options.proxies,
        // Keys go to the thread that needs them and to no other.
        stream: udp ? undefined : { bounds: options.bounds, identities: this.identities },
        sockets: sockets.length > 0 ? sockets : this.sockets(udp),
      }),
    });
  }

  private sockets(udp: boolean): readonly WorkerSocket[] {
    const dns = this.addresses.map((address) => ({ address }));
    return udp ? dns : [...dns, ...this.tls.map((address, identity) => ({ address, identity }))];
  }

  private refuseOthers(libc: Libc): void {
    const { beside = [] } = this.options;
    const refuse = (transport: 'udp' | 'tcp', address: ListenAddress): void => {
      if (address.port === 0 || beside.some((held) => collide(held, address))) return;
      try {
        refuseOtherListener(libc, transport, address);
      } catch (error) {
        throw listenError(transport, { address, reason: (error as Error).message });
      }
    };
    for (const address of this.addresses) {
      refuse('udp', address);
      refuse('tcp', address);
    }
    for (const address of this.tls) refuse('tcp', address);
  }

  private lookAfter(): void {
    this.watch = this.clock.setTimer(() => {
      for (const life of this.lives) life.watch();
      this.lookAfter();
    }, limits.workerWatchMs);
  }
}

function withPorts(addresses: readonly ListenAddress[], ports: readonly number[]): readonly ListenAddress[] {
  return addresses.map(({ host }, i) => ({ host, port: ports[i]! }));
}

function bytesNotIn(before: SnapshotBuffers, now: SnapshotBuffers): number {
  const known = new Set(buffersOf(before));
  return buffersOf(now).reduce((sum, buffer) => sum + (known.has(buffer) ? 0 : buffer.byteLength), 0);
}

function buffersOf({ image, views, owners, rotation }: SnapshotBuffers): SharedArrayBuffer[] {
  return [image, ...views, ...owners, rotation];
}
