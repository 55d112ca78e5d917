import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GrpcCheck, HttpCheck } from '../../src/config/check-model.ts';
import { probeGrpc } from '../../src/health/probes/grpc.ts';
import { probeHttp } from '../../src/health/probes/http.ts';
import type { ProbeResult } from '../../src/health/probes/probe.ts';
import { freePort } from '../control/site.ts';
import { httpCheck, httpsCheck } from '../health/probes/targets.ts';
import { Child, program } from './resolvers/child.ts';

const tls = join(import.meta.dirname, '../fixtures/tls');
const grpc: GrpcCheck = { type: 'grpc', port: undefined, service: '', host: undefined, tls: undefined };

/** Servers whose HTTP/2 shares no code with Node's: nginx, HAProxy, and the core of gRPC. */
describe('HTTP/2 as others speak it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'meridian-http2-'));
  const children: Child[] = [];
  const ports = { nginx: 0, nginxTls: 0, haproxy: 0, grpc: 0 };

  beforeAll(async () => {
    // nginx reads files as another account.
    chmodSync(directory, 0o755);
    for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
    await start('nginx', [
      program('nginx', 'nginx-light'),
      '-p',
      directory,
      '-c',
      file('nginx.conf', nginxConf()),
    ]);
    await start('haproxy', [program('haproxy', 'haproxy'), '-f', file('haproxy.cfg', haproxyConf())]);
    await start('grpc', ['/usr/bin/python3', file('health.py', grpcServer()), String(ports.grpc)]);
  }, 60_000);

  afterAll(async () => {
    await Promise.all(children.map((child) => child.stop()));
    rmSync(directory, { recursive: true });
  });

  function file(name: string, text: string): string {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  }

  async function start(name: keyof typeof ports, command: readonly string[]): Promise<void> {
    const child = new Child(command, directory);
    children.push(child);
    await child.until(`${name} listens`, async () => (await http(name, { path: '/' })).code !== 'connect');
  }

  function http(name: keyof typeof ports, check: Partial<HttpCheck>): Promise<ProbeResult> {
    const target = { address: '127.0.0.1', port: ports[name], host: '127.0.0.1' };
    const base = name === 'nginxTls' ? httpsCheck : httpCheck;
    return probeHttp(target, { ...base, version: '2', ...check }, AbortSignal.timeout(5_000));
  }

  it.each(['nginx', 'nginxTls', 'haproxy'] as const)(
    '%s: status, headers, bodies of every size',
    async (name) => {
      expect(await http(name, { path: '/ok', body: 'ready' })).toMatchObject({ ok: true });
      expect(await http(name, { path: '/ok', body: 'steady' })).toMatchObject({ code: 'body' });
      expect(await http(name, { path: '/moved' })).toMatchObject({
        reason: expect.stringMatching(/^status 301 to .*\/elsewhere \(redirects/),
      });
      expect(await http(name, { path: '/none' })).toMatchObject({
        reason: expect.stringMatching(/^status 404,/),
      });
      expect(await http(name, { method: 'HEAD', path: '/ok' })).toMatchObject({ ok: true });
    },
  );

  it('nginx: the end of a body of 60 000 bytes, and no end of one that is longer than is read', async () => {
    file('long', `${'x'.repeat(60_000)}end`);
    file('longer', 'x'.repeat(10_000_000));
    expect(await http('nginx', { path: '/files/long', body: 'end' })).toMatchObject({ ok: true });
    expect(await http('nginxTls', { path: '/files/longer', body: 'end' })).toMatchObject({
      reason: expect.stringContaining('in the first 65536 bytes'),
    });
  });

  it.each([
    ['', true, undefined],
    ['shop.Cart', true, undefined],
    ['shop.Stock', false, 'service shop.Stock is NOT_SERVING, wanted SERVING'],
    ['shop.Other', false, 'service shop.Other is not known to the health service'],
  ])('gRPC: service %j', async (service, ok, reason) => {
    const target = { address: '127.0.0.1', port: ports.grpc, host: '127.0.0.1' };
    const result = await probeGrpc(target, { ...grpc, service }, AbortSignal.timeout(5_000));
    expect(result).toMatchObject({ ok, ...(reason === undefined ? {} : { reason }) });
  });

  function nginxConf(): string {
    return `daemon off; pid nginx.pid; error_log stderr; events {}
http {
  access_log off;
  server {
    listen 127.0.0.1:${ports.nginx} http2;
    listen 127.0.0.1:${ports.nginxTls} ssl http2;
    ssl_certificate ${tls}/valid.pem;
    ssl_certificate_key ${tls}/valid.key.pem;
    root ${directory};
    location /ok { return 200 "ready\\n"; }
    location /moved { return 301 /elsewhere; }
    location /files/ { alias ${directory}/; }
  }
}
`;
  }

  function haproxyConf(): string {
    return `defaults
  mode http
  timeout client 5s
frontend web
  bind 127.0.0.1:${ports.haproxy} proto h2
  http-request redirect location /elsewhere code 301 if { path /moved }
  http-request return status 404 if { path /none }
  http-request return status 200 content-type text/plain string "ready"
`;
  }
});

/** The health service (grpc/health/v1) without generated code: a request holds one string, a reply one number. */
function grpcServer(): string {
  return `import sys, grpc
from concurrent import futures

STATES = {b"": 1, b"shop.Cart": 1, b"shop.Stock": 2}

def check(request, context):
    state = STATES.get(request[2:])
    if state is None:
        context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
    return bytes([8, state])

handler = grpc.method_handlers_generic_handler(
    "grpc.health.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(check)})
server = grpc.server(futures.ThreadPoolExecutor(2), handlers=[handler])
server.add_insecure_port("127.0.0.1:" + sys.argv[1])
server.start()
server.wait_for_termination()
`;
}
