import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * `node fleet-responder.js http|tcp INTERVAL_MS`: stands for as many endpoints as there are loopback addresses, and
 * remembers when each was probed. Prints its port. To a line on standard input it prints what came since the
 * line before, as `FleetReport`; ends with its standard input.
 */
export interface FleetReport {
  readonly endpoints: number;
  readonly probes: number;
  /** By how much gaps differ from the interval, ms: the 99th percentile and the worst. */
  readonly p99Ms: number;
  readonly worstMs: number;
  /** Most and fewest probes in one second, the first and the last left out. */
  readonly mostPerSecond: number;
  readonly fewestPerSecond: number;
}

const [kind, interval] = process.argv.slice(2);
const intervalMs = Number(interval);
const reply =
  'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 6\r\nconnection: close\r\n\r\nbench\n';
const newest = new Map<string, number>();
let differencesMs: number[] = [];
let perSecond: number[] = [];
let sinceMs = performance.now();

const server = createServer(answer);
server.listen({ port: 0, host: '0.0.0.0', backlog: 4096 }, () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : 0}\n`);
});
const orders = createInterface(process.stdin);
orders.on('line', () => process.stdout.write(`${JSON.stringify(report())}\n`));
orders.on('close', () => process.exit());

function answer(socket: Socket): void {
  remember(socket.localAddress ?? '');
  socket.on('error', () => {});
  if (kind === 'http') socket.once('data', () => socket.end(reply));
  else socket.resume();
}

function remember(address: string): void {
  const nowMs = performance.now();
  const before = newest.get(address);
  newest.set(address, nowMs);
  if (before !== undefined) differencesMs.push(Math.abs(nowMs - before - intervalMs));
  const second = Math.floor((nowMs - sinceMs) / 1000);
  perSecond[second] = (perSecond[second] ?? 0) + 1;
}

function report(): FleetReport {
  const sorted = differencesMs.toSorted((a, b) => a - b);
  const whole = perSecond.slice(1, -1);
  const said = {
    endpoints: newest.size,
    probes: perSecond.reduce((sum, count) => sum + (count ?? 0), 0),
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    worstMs: sorted.at(-1) ?? 0,
    mostPerSecond: Math.max(...whole),
    fewestPerSecond: Math.min(...whole),
  };
  newest.clear();
  differencesMs = [];
  perSecond = [];
  sinceMs = performance.now();
  return said;
}
