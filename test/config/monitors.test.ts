import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProbeCheck } from '../../src/config/check-model.ts';
import { loadConfig } from '../../src/config/load.ts';
import { formatProblem } from '../../src/runtime/problem.ts';
import { configOf, loadText, problemsOf } from './load-text.ts';

const token = 'a'.repeat(32);
const files = {
  [resolve('tokens')]: `# ci\n${token}\n\n${'b'.repeat(64)}\n`,
  [resolve('open-tokens')]: token,
};
const node = 'node: { allow-exec: true, push-tokens-file: tokens }\n';
const rest = `regions: { a: { location: [ 0, 0 ] } }
policies: { f: { type: nearest, pool: p } }
zones: [ { name: example.com, file: z, steer: { app: f } } ]
`;

/** A file whose pool is checked by `monitor`, one of `monitors`. */
function file(monitors: string, monitor = 'm', address = '192.0.2.1', head = node): string {
  const endpoint = `{ name: e, region: a, address: "${address}" }`;
  return `${head}monitors: ${monitors}\npools: { p: { monitor: ${monitor}, endpoints: [ ${endpoint} ] } }\n${rest}`;
}

function checkOf(monitors: string, monitor = 'm'): ProbeCheck {
  return configOf(file(monitors, monitor), files).pools[0]!.monitor!.check;
}

/** What is wrong, without what is only unused. */
function faults(...args: Parameters<typeof file>): string[] {
  return problemsOf(file(...args), files).filter((line) => !line.includes('CONFIG_UNUSED'));
}

describe('monitors', () => {
  it.each<[string, Partial<ProbeCheck>]>([
    [
      'type: dns, name: www.example.com, qtype: aaaa, answer: "2001:DB8:0::1", transport: tcp',
      { type: 'dns', port: 53, qtype: 28, rcode: 0, answer: '2001:db8::1', transport: 'tcp' },
    ],
    ['type: dns, name: ".", rcode: REFUSED', { port: 53, qtype: 1, rcode: 5, name: Uint8Array.of(0) }],
    ['type: grpc, port: 50051', { service: '', tls: undefined, host: undefined }],
    ['type: icmp', { type: 'icmp', port: 0 }],
    ['type: exec, command: [ /bin/check, "-x", "" ]', { port: 0, command: ['/bin/check', '-x', ''] }],
    ['type: push', { type: 'push', port: 0, staleMs: 60_000 }],
    [
      'type: prometheus, metric: \'load{a="{region}"}\', at-most: 3',
      {
        ...{ port: 80, path: '/metrics', url: undefined },
        source: { kind: 'metric', metric: 'load', labels: [['a', '{region}']] },
        wanted: { equals: undefined, atMost: 3, atLeast: undefined },
      },
    ],
    [
      'type: prometheus, json: "nodes[0].ok", equals: true',
      { path: '/', source: { kind: 'json', path: ['nodes', 0, 'ok'] } },
    ],
    [
      'type: prometheus, url: "https://p.example/{pool}", query: up, at-least: 1',
      { port: 0, url: 'https://p.example/{pool}', source: { kind: 'query', query: 'up' }, shown: 'up' },
    ],
  ])('{ %s }', (text, wanted) => {
    expect(checkOf(`{ m: { ${text} } }`)).toMatchObject(wanted);
  });

  it.each([
    ['type: dns', '`name` is missing; wanted a domain name'],
    ['type: dns, name: "a..b"', '`name`: found "a..b", wanted a domain name'],
    ['type: dns, name: a, qtype: ANY', '`qtype`: found "ANY", wanted a record type such as A, SOA or TYPE65'],
    ['type: dns, name: a, answer: a.example', '`answer` is not an IPv4 address, which `qtype` asks for'],
    ['type: dns, name: a, qtype: AAAA, answer: 192.0.2.1', '`answer` is not an IPv6 address'],
    ['type: grpc', 'endpoint `e` has no port to check: neither its `probe` nor grpc monitor `m` names one'],
    ['type: grpc, port: 1, ca: x.pem', '`ca` needs `tls: true`'],
    ['type: grpc, port: 1, verify-certificate: false', '`verify-certificate` needs `tls: true`'],
    ['type: icmp, port: 1', 'key `port` is for type'],
    ['type: exec, command: [ check ]', 'begins with the absolute path of a program'],
    ['type: exec, command: "/bin/check"', 'wanted a list of 1 to 64 words'],
    ['type: exec, command: []', 'wanted a list of 1 to 64 words'],
    ['type: push, stale: 500ms', '`stale`: found "500ms", wanted a duration from 1s to 24h'],
    [
      'type: prometheus, at-most: 1',
      '`m`: found a mapping, wanted one with `query`, `metric` or `json`, and only one of them',
    ],
    [
      'type: prometheus, metric: a, json: b, at-most: 1',
      'wanted one with `query`, `metric` or `json`, and only one of them',
    ],
    ['type: prometheus, query: up, at-most: 1', '`query` needs `url`, the base of a Prometheus'],
    [
      'type: prometheus, metric: up',
      '`m`: found a mapping, wanted one that compares: with `at-most`, `at-least` or `equals`',
    ],
    ['type: prometheus, metric: "up{", equals: 1', 'wanted a metric such as up or load{pool="app"}'],
    ['type: prometheus, json: "a..b", equals: 1', 'wanted a path such as status.db'],
    ['type: prometheus, metric: up, equals: ok', '`equals` is no number, and metrics have no other values'],
    ['type: prometheus, metric: up, at-most: 1, at-least: 2', 'no value is both'],
    [
      'type: prometheus, metric: up, equals: 1, url: "http://x/", port: 9',
      '`port` is for the page of the endpoint',
    ],
    ['type: prometheus, metric: up, equals: 1, url: "http://u:p@x/"', 'without user, password or `#`'],
    [
      'type: prometheus, metric: up, equals: 1, url: "http://{addres}/"',
      '{address}, {endpoint}, {region} and {pool}',
    ],
    ['type: prometheus, metric: up, equals: 1, at-most: 5', '`equals` stands alone'],
    ['type: prometheus, metric: up, equals: 1, url: "file:///etc/passwd"', 'wanted an http or https URL'],
    ['type: prometheus, metric: up, equals: 1, ca: x.pem', '`ca` needs a `url` of https'],
    ['type: all-of', '`of` is missing; wanted a list of 1 to 32 monitors'],
    ['type: all-of, of: []', '`of`: found an empty list, wanted a list of 1 to 32 monitors'],
    ['type: all-of, of: [ x ]', 'monitor `x` is not defined'],
    ['type: all-of, of: [ m ]', 'monitor `m` is a part of itself: m, m'],
  ])('{ %s } is a fault', (text, wanted) => {
    expect(faults(`{ m: { ${text} } }`)).toEqual([expect.stringContaining(wanted)]);
  });
});

describe('what monitors need of the node', () => {
  const exec = '{ m: { type: exec, command: [ /bin/true ] } }';
  const push = '{ m: { type: push } }';

  it('commands run only where the file allows it', () => {
    for (const head of ['', 'node: { allow-exec: false }\n', 'node: { name: x }\n'])
      expect(faults(exec, 'm', '192.0.2.1', head)).toEqual([
        expect.stringContaining(
          'type exec runs programs; it needs `node: { allow-exec: true }` [CONFIG_VALUE]',
        ),
      ]);
  });

  it('reports need tokens, and a place to come to', () => {
    const none = /nobody may report: type push needs `node: \{ push-tokens-file: FILE \}` and `listen.http`/;
    expect(faults(push, 'm', '192.0.2.1', '')).toEqual([expect.stringMatching(none)]);
    expect(faults(push, 'm', '192.0.2.1', `${node}listen: { http: off }\n`)).toEqual([
      expect.stringMatching(none),
    ]);
  });

  it('tokens are kept as digests alone', () => {
    const { config } = loadText(file(push), files);
    expect(config!.pushTokens).toHaveLength(2);
    expect(config!.pushTokens[0]).toBe('3ba3f5f43b92602683c19aee62a20342b084dd5971ddd33808d81a328879a547');
    expect(JSON.stringify(config)).not.toContain(token);
  });

  it.each([
    ['missing', 'cannot read `missing`: no such file [CONFIG_READ]'],
    ['short', '`short` has no token on line 2; wanted 32 to 256 printable characters [CONFIG_VALUE]'],
    ['empty', '`empty` holds 0 tokens; wanted 1 to 64 [CONFIG_VALUE]'],
    [
      'open-tokens',
      'warning: `open-tokens` may be read by every user of this machine; wanted mode 0640 or less',
    ],
  ])('the file %s is told, never what it holds', (name, wanted) => {
    const text = file(push, 'm', '192.0.2.1', `node: { push-tokens-file: ${name} }\n`);
    const more = {
      ...files,
      [resolve('short')]: `${token}\nhunter2hunter2\n`,
      [resolve('empty')]: '# none\n',
    };
    expect(problemsOf(text, more)).toEqual([expect.stringContaining(wanted)]);
    expect(problemsOf(text, more).join()).not.toMatch(/hunter2|aaaa/);
  });

  it('a machine that can send no pings is a warning', () => {
    const { config, problems } = loadConfig('c.yaml', {
      ...{ hostname: 'h', cores: 1, stateDirectory: '.state', nowMs: 0, modeOf: () => 0 },
      lookAt: () => undefined,
      pairsInUse: [],
      read: () => Buffer.from(file('{ m: { type: icmp } }', 'm', '192.0.2.1', '')),
      pingRefusal: () => 'the system refuses ping sockets',
    });
    expect(config).toBeDefined();
    expect(problems.map(formatProblem)).toEqual([
      'c.yaml:1:24: warning: this machine can send no pings, so nothing is checked here: the system refuses ping sockets [CONFIG_VALUE]',
    ]);
  });
});

describe('combined monitors', () => {
  const parts = 'w: { type: http, port: 8080 }, t: { type: tcp, port: 5432 }, i: { type: icmp }';

  it.each([
    ['type: all-of, of: [ w, t, i ]', 3],
    ['type: any-of, of: [ w, t ]', 1],
    ['type: n-of, n: 2, of: [ w, t, i ]', 2],
  ])('{ %s }', (text, need) => {
    const names = /\[ (.*) \]/.exec(text)![1]!.split(', ');
    const check = checkOf(`{ m: { ${text} }, ${parts} }`);
    expect(check).toMatchObject({ port: 0, need, parts: names.map((name) => ({ name })) });
    expect(faults(`{ m: { ${text} }, ${parts} }`)).toEqual([]);
  });

  it('their parts count as used, in whatever order they stand', () => {
    const text = file(
      '{ x: { type: any-of, of: [ y ] }, m: { type: all-of, of: [ x, w ] }, y: { type: icmp }, w: { type: http } }',
    );
    expect(problemsOf(text, files)).toEqual([]);
    expect(configOf(text, files).pools[0]!.monitor!.check).toMatchObject({
      parts: [{ name: 'x', check: { parts: [{ name: 'y', check: { type: 'icmp' } }] } }, { name: 'w' }],
    });
  });

  it.each<[string, string, readonly string[]]>([
    [
      'a cycle, once',
      '{ m: { type: all-of, of: [ x ] }, x: { type: any-of, of: [ y ] }, y: { type: all-of, of: [ m, w ] }, w: { type: http } }',
      ['monitor `m` is a part of itself: m, x, y, m'],
    ],
    [
      'a part that stands twice',
      `{ m: { type: all-of, of: [ w, w ] }, ${parts} }`,
      ['monitor `w` stands twice here'],
    ],
    [
      'more wanted than there are',
      `{ m: { type: n-of, n: 3, of: [ w, t ] }, ${parts} }`,
      ['`n` is 3, but `of` has 2; wanted at most as many'],
    ],
    [
      'a part without a port',
      '{ m: { type: all-of, of: [ t ] }, t: { type: tcp } }',
      ['endpoint `e` has no port to check: neither its `probe` nor all-of monitor `m` names one'],
    ],
    [
      'too deep, from the top',
      '{ m: { type: all-of, of: [ x ] }, x: { type: all-of, of: [ y ] }, y: { type: all-of, of: [ z ] }, z: { type: all-of, of: [ w ] }, w: { type: http } }',
      ['monitors are nested too deep: m, x, y, z, w; wanted at most 4 levels'],
    ],
    [
      'too deep, from the bottom',
      '{ w: { type: http }, z: { type: all-of, of: [ w ] }, y: { type: all-of, of: [ z ] }, x: { type: all-of, of: [ y ] }, m: { type: all-of, of: [ x ] } }',
      ['is nested 5 deep; wanted at most 4 levels of monitors'],
    ],
  ])('%s', (_, monitors, wanted) => {
    expect(faults(monitors)).toEqual(wanted.map((text) => expect.stringContaining(text)));
  });

  it('have a bound on all their parts together', () => {
    const leaves = Array.from({ length: 20 }, (_, i) => `w${i}`);
    const of = `of: [ ${leaves.join(', ')} ]`;
    const monitors = `{ m: { type: all-of, of: [ x, y ] }, x: { type: all-of, ${of} }, y: { type: any-of, ${of} }, ${leaves.map((name) => `${name}: { type: http }`).join(', ')} }`;
    expect(faults(monitors)).toEqual([expect.stringContaining('has 40 parts')]);
  });

  it('a part’s source must fit the endpoint', () => {
    const monitors = '{ m: { type: all-of, of: [ w ] }, w: { type: http, source: 192.0.2.9 } }';
    expect(faults(monitors, 'm', '2001:db8::1')).toEqual([
      expect.stringContaining('cannot be reached from IPv4 address 192.0.2.9, the `source` of monitor `m`'),
    ]);
  });
});
