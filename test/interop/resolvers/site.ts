import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { configJsonSchema } from '../../../src/config/schema.ts';
import type { Child } from './child.ts';
import type { Server as DnsServer } from './dig.ts';
import { Directory, startMeridian, steering } from './meridian.ts';
import { freePort } from './network.ts';

/** Whether the program has DNS over TLS. */
export const servesTls = JSON.stringify(configJsonSchema()).includes('DNS over TLS');

/** TTL of the name that fails over, seconds. */
export const failoverTtlSeconds = 2;

/** A running Meridian with the zone `gtm.example`, and the responders behind its pool `ha`. */
export class Site implements DnsServer {
  readonly directory = new Directory();
  readonly responders: readonly Server[];
  port = 0;
  tlsPort = 0;
  private httpPort = 0;
  private child: Child | undefined;

  private constructor(responders: readonly Server[]) {
    this.responders = responders;
  }

  static async start(): Promise<Site> {
    const site = new Site(await Promise.all([responder(), responder()]));
    [site.port, site.tlsPort, site.httpPort] = [await freePort(), await freePort(), await freePort()];
    site.child = await startMeridian(site.directory, 'site', site.config());
    return site;
  }

  /** Queries that it has answered, over one transport or all. */
  async queries(transport = '.*'): Promise<number> {
    const page = await (await fetch(`http://127.0.0.1:${this.httpPort}/metrics`)).text();
    const counts = page.matchAll(
      new RegExp(`^meridian_dns_queries_total\\{transport="${transport}",.*\\} (\\d+)`, 'gm'),
    );
    return [...counts].reduce((total, [, count]) => total + Number(count), 0);
  }

  /** How many queries reached it while `run` ran. */
  async queriesDuring(run: () => Promise<unknown>): Promise<number> {
    const before = await this.queries();
    await run();
    return (await this.queries()) - before;
  }

  /** Stops what answers the probes of the first endpoint of `ha`. */
  async killFirst(): Promise<void> {
    await closed(this.responders[0]!);
  }

  async stop(): Promise<void> {
    await this.child?.stop();
    await Promise.all(this.responders.map(closed));
    this.directory.remove();
  }

  private config(): string {
    const probes = this.responders.map((server) => (server.address() as AddressInfo).port);
    const [first, second] = probes.map(
      (port, i) => `{ name: h${i}, region: eu, address: 198.51.100.${i + 1}, probe: "127.0.0.1:${port}" }`,
    );
    const identity = `certificate: ${fixtures}/valid.pem, key: ${fixtures}/valid.key.pem`;
    const tls = servesTls ? `, tls: [{ address: "127.0.0.1:${this.tlsPort}", ${identity} }]` : '';
    const big = Array.from({ length: 12 }, (_, i) => `      - "big 300 TXT ${`${i}`.padEnd(200, 'x')}"`);
    return `listen: { dns: ["127.0.0.1:${this.port}"], http: "127.0.0.1:${this.httpPort}", workers: 1${tls} }
${steering(this.directory, {
  monitors: '  web: { type: http, path: /, interval: 200ms, timeout: 150ms, fall: 2, rise: 2 }',
  pools: `  ha:\n    monitor: web\n    endpoints:\n      - ${first}\n      - ${second}`,
  policies: `  ha: { type: weighted, pool: ha, ttl: ${failoverTtlSeconds}s, answers: 2 }`,
})}
zones:
  - name: gtm.example
    records:
      - "@ 300 SOA ns hostmaster 1 7200 1800 259200 60"
      - "@ 300 NS ns"
      - "ns 300 A 127.0.0.1"
      - "www 300 CNAME app"
      - "www.deep 300 CNAME x.any"
      - "static 300 A 192.0.2.99"
      - "*.wild 300 TXT anything"
      - "a.b.c 300 A 192.0.2.98"
      - "old 300 DNAME c"
      - "generic 300 TYPE65280 \\\\# 3 010203"
${big.join('\n')}
    steer: { app: app, "*.any": app, ha: ha }
`;
  }
}

const fixtures = resolve('test/fixtures/tls');

async function responder(): Promise<Server> {
  const server = createServer((_, response) => response.end('fine\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  const done = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await done;
}
