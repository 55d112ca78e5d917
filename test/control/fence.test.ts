import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callFence } from '../../src/control/fence.ts';

const call = { policy: 'db', from: 'us-east', to: 'eu-west', epoch: 8 };
const received: unknown[] = [];
let server: Server;
let base = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push([request.method, request.headers['content-type'], JSON.parse(body)]);
      if (request.url === '/101')
        request.socket.end('HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n');
      else if (request.url !== '/silent') response.writeHead(Number(request.url!.slice(1))).end('said');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const fence = (
  hook: Parameters<typeof callFence>[0]['hook'],
  timeoutMs = 10_000,
  stop = new AbortController().signal,
) => callFence({ hook, timeoutMs, giveUpMs: undefined }, call, stop);

describe('a fence by URL', () => {
  it('is told who moves where under which epoch, and confirms by status 200', async () => {
    expect(await fence({ url: `${base}/200` })).toBeUndefined();
    expect(received.at(-1)).toEqual(['POST', 'application/json', call]);
  });

  it('says why it is not confirmed', async () => {
    expect(await fence({ url: `${base}/204` })).toBe('status 204, wanted 200');
    expect(await fence({ url: `${base}/302` })).toBe('status 302, wanted 200');
    expect(await fence({ url: `${base}/silent` }, 200)).toBe('no answer within 200 ms');
    expect(await fence({ url: 'http://127.0.0.1:1' })).toContain('ECONNREFUSED');
    expect(await fence({ url: `${base}/101` })).toBe('closed without an answer');
  });
});

describe('a fence by command', () => {
  it('has the call for its input, nothing of our environment, and confirms by status 0', async () => {
    const path = join(tmpdir(), `meridian-fence-${process.pid}`);
    const script = `cat > ${path}; env >> ${path}`;
    expect(await fence({ command: ['/bin/sh', '-c', script] })).toBeUndefined();
    const [input, ...environment] = readFileSync(path, 'utf8').split('\n');
    rmSync(path);
    expect(input).toContain(JSON.stringify(call));
    expect(environment.filter((line) => !/^(?:PATH|PWD|SHLVL|_|OLDPWD)=|^$/.test(line))).toEqual([]);
  });

  it('says why it is not confirmed, and leaves nothing running', async () => {
    expect(await fence({ command: ['/bin/sh', '-c', 'exit 3'] })).toBe('exit status 3');
    expect(await fence({ command: ['/bin/sh', '-c', 'kill -9 $$'] })).toBe('ended by SIGKILL');
    expect(await fence({ command: ['/bin/sh', '-c', 'echo no quorum >&2; exit 3'] })).toBe(
      'no quorum (exit status 3)',
    );
    expect(await fence({ command: ['/nowhere/fence'] })).toBe(
      '/nowhere/fence: no such file, or its interpreter is not there',
    );
    expect(await fence({ command: ['/etc/passwd/x'] })).toBe(
      '/etc/passwd/x: a part of the path is no directory',
    );
    expect(await fence({ command: ['/bin/sleep', '60'] }, 200)).toBe('no answer within 200 ms');
  });

  it('ends with the server', async () => {
    const stop = new AbortController();
    const asked = fence({ command: ['/bin/sleep', '60'] }, 60_000, stop.signal);
    stop.abort(new Error('the server stops'));
    expect(await asked).toBe('the server stops');
  });
});
