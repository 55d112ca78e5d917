import type { Listen, SocketAddress } from '../config/model.ts';
import { formatAddress } from '../ip/address.ts';
import { formatPrefix } from '../ip/prefix.ts';
import { unreachable } from '../runtime/assert.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { ListenAddress } from '../server/sockaddr.ts';
import type { WorkerEvent } from '../server/worker-life.ts';
import { startWorkers, type WorkerSet, type WorkerStatus } from '../server/worker-set.ts';
import type { SnapshotBuffers } from '../snapshot/buffers.ts';
import { CounterBank } from './counter-bank.ts';
import { LogRings } from './log-rings.ts';

/** The set of workers in use, replaced without loss when the config asks for other sockets. */
export class DataPlane {
  readonly counters = new CounterBank();
  readonly logRings = new LogRings();
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly countRestarts: (worker: string, restarts: number) => void;
  private set: WorkerSet | undefined;
  private sockets: Listen | undefined;
  private newest: SnapshotBuffers | undefined;
  /** Log rings of the set in use. */
  private logs: readonly SharedArrayBuffer[] = [];

  constructor(clock: Clock, log: Log, countRestarts: (worker: string, restarts: number) => void) {
    this.clock = clock;
    this.log = log;
    this.countRestarts = countRestarts;
  }

  get ports(): readonly number[] {
    return this.set?.ports ?? [];
  }

  get tlsPorts(): readonly number[] {
    return this.set?.tlsPorts ?? [];
  }

  get path(): WorkerSet['path'] | undefined {
    return this.set?.path;
  }

  /** Serves these sockets from now on; rejects with OperatorError LISTEN, and goes on as before, when it can't. */
  async listen(listen: Listen, snapshot: SnapshotBuffers): Promise<void> {
    if (this.set !== undefined && describe(listen) === describe(this.sockets!)) {
      if (showsOther(listen, this.sockets!)) this.set.show(listen.tls.map(({ identity }) => identity));
      this.sockets = listen;
      return;
    }
    const { set: before, logs } = this;
    // Without SO_REUSEPORT the old set has to go first, and to come back when the new one cannot be had.
    if (before?.path === 'portable') {
      await before.stop();
      this.counters.retire(before);
      this.logRings.retire(logs);
      this.set = undefined;
      await this.start(listen, snapshot).catch(async (error: unknown) => {
        await this.start(this.sockets!, snapshot);
        throw error;
      });
    } else {
      await this.start(listen, snapshot, before && held(this.sockets!, before));
      if (before !== undefined) {
        await before.stop();
        this.counters.retire(before);
        this.logRings.retire(logs);
      }
    }
    this.sockets = listen;
  }

  publish(snapshot: SnapshotBuffers): void {
    this.newest = snapshot;
    this.set?.publish(snapshot);
  }

  status(): readonly WorkerStatus[] {
    return this.set?.status() ?? [];
  }

  async stop(): Promise<void> {
    await this.set?.stop();
  }

  private async start(
    { dns, workers, tls, tcp, proxy, proxyUdp }: Listen,
    snapshot: SnapshotBuffers,
    beside?: readonly ListenAddress[],
  ): Promise<void> {
    const counters = this.counters.open(workers + 1);
    const logs = this.logRings.open(workers + 1);
    const starting = startWorkers({
      addresses: dns.map(listenAddress),
      tls: tls.map(({ socket, identity }) => ({ address: listenAddress(socket), identity })),
      bounds: tcp,
      proxies: proxy,
      proxyUdp,
      udpWorkers: workers,
      snapshot,
      counters,
      logs,
      ...(beside && { beside }),
      clock: this.clock,
      onEvent: (event) => this.tell(event),
    });
    starting.catch(() => this.logRings.retire(logs));
    this.set = await starting;
    this.logs = logs;
    // What was published while they started went to the set before.
    if (this.newest !== undefined) this.set.publish(this.newest);
    this.counters.watch(this.set, counters);
    for (const { name } of this.set.status()) this.countRestarts(name, 0);
  }

  private tell(event: WorkerEvent): void {
    if (event.kind === 'ended') this.countRestarts(event.worker, 1);
    this.log.warn(event, describeEvent(event));
  }
}

/** `192.0.2.1:53`, `[2001:db8::1]:53`. */
export function formatSocket({ address, port }: SocketAddress): string {
  const host = formatAddress(address);
  return address.family === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What a set that was started with these sockets listens on. */
function held({ dns, tls }: Listen, { ports, tlsPorts }: WorkerSet): ListenAddress[] {
  const sockets = [...dns, ...tls.map(({ socket }) => socket)];
  const given = [...ports, ...tlsPorts];
  return sockets.map((socket, i) => ({ ...listenAddress(socket), port: given[i]! }));
}

function listenAddress({ address, port }: SocketAddress): ListenAddress {
  return { host: formatAddress(address), port };
}

/** What a set of workers is started with and cannot change later. */
function describe({ dns, workers, tls, tcp, proxy, proxyUdp }: Listen): string {
  const tlsSockets = tls.map(({ socket }) => formatSocket(socket));
  const proxies = [proxyUdp, ...proxy.map(formatPrefix)];
  return JSON.stringify([workers, dns.map(formatSocket), tlsSockets, tcp, proxies]);
}

function showsOther(now: Listen, before: Listen): boolean {
  return now.tls.some(({ identity }, i) => {
    const shown = before.tls[i]!.identity;
    return identity.certificate !== shown.certificate || identity.key !== shown.key;
  });
}

function describeEvent(event: WorkerEvent): string {
  switch (event.kind) {
    case 'portable':
      return `UDP goes through node:dgram: ${event.reason}`;
    case 'ended':
      return `worker ${event.worker} ended (${event.reason}); it starts again in ${event.restartMs} ms`;
    case 'stalled':
      return `worker ${event.worker} is stalled; it is replaced`;
    default:
      return unreachable(event);
  }
}
