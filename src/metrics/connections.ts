import { Counter, Gauge, type Registry } from 'prom-client';
import { Tally } from '../server/control-block.ts';

/** Connections over TCP and TLS, from the tallies of the workers. */
export function registerConnections(registry: Registry, tallies: () => readonly Float64Array[]): void {
  const registers = [registry];
  const sum = (slot: number): number => tallies().reduce((total, tally) => total + tally[slot]!, 0);
  new Gauge({
    name: 'meridian_tcp_connections',
    help: 'Connections that are open, by transport.',
    labelNames: ['transport'] as const,
    registers,
    collect() {
      for (const [transport, slot] of transports) this.set({ transport }, sum(slot));
    },
  });
  new Counter({
    name: 'meridian_tcp_accepted_total',
    help: 'Connections taken.',
    registers,
    collect() {
      this.reset();
      this.inc(sum(Tally.ACCEPTED));
    },
  });
  new Counter({
    name: 'meridian_tcp_closed_total',
    help: 'Connections that this side ended, by reason.',
    labelNames: ['reason'] as const,
    registers,
    collect() {
      this.reset();
      for (const [reason, slot] of reasons) this.inc({ reason }, sum(slot));
    },
  });
}

const transports = [
  ['tcp', Tally.TCP_CONNECTIONS],
  ['tls', Tally.TLS_CONNECTIONS],
] as const;

const reasons = [
  ['idle', Tally.IDLE_CLOSED],
  ['evicted', Tally.EVICTED],
  ['proxy', Tally.PROXY_CLOSED],
  ['handshake', Tally.HANDSHAKE_CLOSED],
  ['unread', Tally.UNREAD_CLOSED],
  ['worker-ended', Tally.WORKER_ENDED],
] as const;
