import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Service, startService } from '../../src/control/service.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { Random } from '../../src/runtime/random.ts';
import { type Answer, type Asked, ask } from './ask.ts';
import { geoFile, regions } from './places.ts';
import { Responder } from './responders.ts';

/** The parts of a config file; each replaces the default part of the same name. */
export type ConfigParts = Readonly<Record<string, unknown>>;

/** Endpoints of the standard config: one address in each region. */
export const addresses = {
  'us-east': '192.0.2.10',
  'us-west': '192.0.2.20',
  'eu-west': '198.51.100.10',
  'eu-central': '198.51.100.20',
  'sa-east': '203.0.113.10',
  'ap-southeast': '203.0.113.20',
  'ap-sydney': '203.0.113.30',
} as const;

export const standardZone = `$TTL 1h
@ SOA ns1 hostmaster 1 2h 30m 2w 5m
@ NS ns1
ns1 A 192.0.2.53
www CNAME app
note TXT "static"
`;

/** A line of the log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
}

/** A temporary folder with all that a service needs, and the services and responders that a test starts in it. */
export class Site {
  readonly directory = mkdtempSync(join(tmpdir(), 'meridian-control-'));
  readonly log: LogLine[] = [];
  private readonly services: Service[] = [];
  private readonly responders: Responder[] = [];

  constructor() {
    this.write('geo4.mmdb', geoFile(4));
    this.write('geo6.mmdb', geoFile(6));
    this.write('example.zone', standardZone);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(this.path(name), content);
  }

  /** Writes the config: JSON is YAML. */
  configure(parts: ConfigParts = {}): void {
    this.write('meridian.yaml', JSON.stringify({ ...standardConfig, ...parts }, undefined, 1));
  }

  async responder(responder = new Responder()): Promise<Responder> {
    this.responders.push(responder);
    return responder.start();
  }

  async start(): Promise<Service> {
    const service = await startService({
      configPath: this.path('meridian.yaml'),
      stateDirectory: this.path('state'),
      clock: systemClock,
      random: new Random(7),
      log: pino({ level: 'debug', base: null }, { write: (line: string) => this.log.push(JSON.parse(line)) }),
    });
    this.services.push(service);
    return service;
  }

  /** Lines of the log that hold `text`. */
  logged(text: string): LogLine[] {
    return this.log.filter((line) => JSON.stringify(line).includes(text));
  }

  async close(): Promise<void> {
    await Promise.all(this.services.splice(0).map((service) => service.stop()));
    await Promise.all(this.responders.splice(0).map((responder) => responder.stop()));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export const standardPool = {
  endpoints: Object.entries(addresses).map(([region, address]) => ({ name: `${region}-1`, region, address })),
};

const standardConfig: ConfigParts = {
  node: { name: 'test-1' },
  listen: { dns: ['127.0.0.1:0'], http: '127.0.0.1:0', workers: 1 },
  geo: { databases: ['geo4.mmdb', 'geo6.mmdb'] },
  regions,
  pools: { app: standardPool },
  policies: { app: { type: 'nearest', pool: 'app' } },
  zones: [{ name: 'example.com', file: 'example.zone', steer: { app: 'app' } }],
};

/** Asks a service for a name over the first address that it serves. */
export function askService(service: Service, asked: Omit<Asked, 'port'>): Promise<Answer> {
  return ask({ port: service.ports.dns[0]!, ...asked });
}

/** GET of a page of a service's HTTP side. */
export function get(service: Service, path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${service.ports.http}${path}`, { signal: AbortSignal.timeout(10_000) });
}

/** Value of one series of the metrics page, `name{label="value"}` as it stands there; undefined: not on the page. */
export async function metric(service: Service, series: string): Promise<number | undefined> {
  const page = await (await get(service, '/metrics')).text();
  const line = page.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

/** A port of 127.0.0.1 that is free for UDP's and TCP's next user, as far as the kernel can tell. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
