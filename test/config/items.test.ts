import { describe, expect, it } from 'vitest';
import { problemsOf } from './load-text.ts';

/** A section with one item in it → the problems; the rest of the file is sound. */
const sections: [string, string[]][] = [
  // Keys
  ['lisen: {}', ['1:1: unknown key `lisen`; did you mean `listen`? [CONFIG_KEY]']],
  [
    'frobnicate: 1',
    [
      '1:1: unknown key `frobnicate`; known here: node, listen, dns, rate-limit, state, query-log, notify, geo, regions, monitors, pools, policies, overrides, maintenance, zones [CONFIG_KEY]',
    ],
  ],
  ['query-log:', ['1:1: `query-log`: found nothing, wanted a mapping with `to` [CONFIG_VALUE]']],
  [
    'query-log: {}',
    ['1:1: `to` is missing; wanted the path of a file, or `unix:` and the path of a socket [CONFIG_MISSING]'],
  ],
  [
    'query-log: { to: "unix:", format: jsn, sample: 0.1, addresses: short }',
    [
      '1:18: `to`: found "unix:", wanted the path of a file, or `unix:` and the path of a socket [CONFIG_VALUE]',
      '1:35: `format`: found "jsn", wanted one of json, dnstap; did you mean `json`? [CONFIG_VALUE]',
      '1:48: `sample`: found 0.1, wanted a percentage such as `1%` or `0.5%` [CONFIG_VALUE]',
      '1:64: `addresses`: found "short", wanted one of cut, full [CONFIG_VALUE]',
    ],
  ],
  [
    'query-log: { to: q, sample: 101%, max-size: 10kB, keep: 0 }',
    [
      '1:29: `sample`: found "101%", wanted a percentage from 0.001% to 100% [CONFIG_VALUE]',
      '1:45: `max-size`: found "10kB", wanted a size from 1MB to 1000GB [CONFIG_VALUE]',
      '1:57: `keep`: found 0, wanted a whole number from 1 to 1000 [CONFIG_VALUE]',
    ],
  ],
  ...['tcp:127.0.0.1:6000', 'udp://collector:6000', 'syslog:local0'].map((to): [string, string[]] => [
    `query-log: { to: "${to}" }`,
    [
      `1:18: \`to\`: found "${to}", wanted the path of a file, or \`unix:\` and the path of a socket [CONFIG_VALUE]`,
    ],
  ]),
  [
    'query-log: { to: q, keep: 3 }',
    ['1:27: `keep` needs `max-size`: without it no file is rotated [CONFIG_VALUE]'],
  ],
  ['query-log: { to: q, format: dnstap, keep: 3 }', []],
  ['query-log: { to: ./tcp:1 }', []],
  [
    'query-log: off',
    [
      '1:12: `query-log`: found "off", wanted a mapping with `to`; leave it out to switch it off [CONFIG_VALUE]',
    ],
  ],
  [
    'rate-limit: false',
    [
      '1:13: `rate-limit`: found false, wanted a mapping with keys such as `responses` and `slip`, or `{}` for the defaults; leave it out to switch it off [CONFIG_VALUE]',
    ],
  ],
  [
    'listen: { tls: off, proxy: none, proxy-udp: false }',
    [
      '1:16: `tls`: found "off", wanted a list of at most 16 mappings with `address`, `certificate` and `key`; leave it out to switch it off [CONFIG_VALUE]',
      '1:28: `proxy`: found "none", wanted a list of at most 64 networks; leave it out to switch it off [CONFIG_VALUE]',
      '1:45: `proxy-udp`: found false, wanted one of on, off [CONFIG_VALUE]',
    ],
  ],
  [
    'node: { name: my node }',
    ['1:15: `name`: found "my node", wanted at most 63 printable ASCII characters, no spaces [CONFIG_VALUE]'],
  ],
  [
    'listen: { proxy: [ 10.0.0.1, "fd00::1", 10.0.0.0/8, "fd00::1/300", "::1/64" ] }',
    [
      '1:20: `proxy[0]`: found "10.0.0.1", wanted a network such as "10.0.0.0/8" or "fd00::/8", without bits past its length; for one address write "10.0.0.1/32" [CONFIG_VALUE]',
      '1:30: `proxy[1]`: found "fd00::1", wanted a network such as "10.0.0.0/8" or "fd00::/8", without bits past its length; for one address write "fd00::1/128" [CONFIG_VALUE]',
      '1:53: `proxy[3]`: found "fd00::1/300", wanted a network such as "10.0.0.0/8" or "fd00::/8", without bits past its length [CONFIG_VALUE]',
      '1:68: `proxy[4]`: found "::1/64", wanted a network such as "10.0.0.0/8" or "fd00::/8", without bits past its length; did you mean "::/64"? [CONFIG_VALUE]',
    ],
  ],
  [
    'listen: { proxy: [ 10.0.0.0/8, 10.0.0.0/16, 10.0.0.0/8 ] }',
    ['1:45: network `10.0.0.0/8` stands here again; first as number 1 of the list [CONFIG_DUPLICATE]'],
  ],
  [
    'query-log: { to: "unix:/run/s", max-size: 10MB, keep: 2 }',
    [
      '1:43: `max-size` is for files; a socket is not rotated [CONFIG_VALUE]',
      '1:55: `keep` is for files; a socket is not rotated [CONFIG_VALUE]',
    ],
  ],
  [
    `query-log: { to: "unix:/${'x'.repeat(107)}" }`,
    ["1:18: the socket's path has 108 bytes; wanted at most 107 [CONFIG_VALUE]"],
  ],
  ['node: { nam: a }', ['1:9: unknown key `nam`; did you mean `name`? [CONFIG_KEY]']],
  [
    'listen:',
    [
      '1:1: `listen`: found nothing, wanted a mapping with keys such as `dns`, `http` and `workers` [CONFIG_VALUE]',
    ],
  ],
  [
    'regions: []',
    ['1:10: `regions`: found an empty list, wanted a mapping of at most 255 regions by name [CONFIG_VALUE]'],
  ],
  // Listen
  [
    'listen: { dns: [ "localhost:53", "::1:53", "1.2.3.4", "1.2.3.4:65536", "[1.2.3.4]:53" ] }',
    ['"localhost:53"', '"::1:53"', '"1.2.3.4"', '"1.2.3.4:65536"', '"[1.2.3.4]:53"'].map((found, i) => {
      const column = [18, 34, 44, 55, 72][i];
      return `1:${column}: \`dns[${i}]\`: found ${found}, wanted an IP address with a port, such as "0.0.0.0:53" or "[::]:53" [CONFIG_VALUE]`;
    }),
  ],
  [
    'listen: { dns: [] }',
    ['1:16: `dns`: found an empty list, wanted a list of 1 to 64 addresses [CONFIG_VALUE]'],
  ],
  [
    'listen: { dns: [ "127.0.0.1:53", "127.0.0.1:53", "127.0.0.1:0", "127.0.0.1:0" ], http: "127.0.0.1:53" }',
    [
      '1:34: `listen.dns[1]` has the address of `listen.dns[0]` [CONFIG_DUPLICATE]',
      '1:88: `listen.http` has the address of `listen.dns[0]` [CONFIG_DUPLICATE]',
    ],
  ],
  ['listen: { workers: 0 }', ['1:20: `workers`: found 0, wanted a whole number from 1 to 64 [CONFIG_VALUE]']],
  [
    'listen: { workers: 1.5 }',
    ['1:20: `workers`: found 1.5, wanted a whole number from 1 to 64 [CONFIG_VALUE]'],
  ],
  [
    'listen: { proxy: [ "10.0.0.1/8", "10.0.0.0/33", "fd00::/8" ] }',
    [
      '1:20: `proxy[0]`: found "10.0.0.1/8", wanted a network such as "10.0.0.0/8" or "fd00::/8", without bits past its length; did you mean "10.0.0.0/8"? [CONFIG_VALUE]',
      '1:34: `proxy[1]`: found "10.0.0.0/33", wanted a network such as "10.0.0.0/8" or "fd00::/8", without bits past its length [CONFIG_VALUE]',
    ],
  ],
  [
    'listen: { tcp: { connections: 0, per-client: 2, idle: 10, idel: 1s } }',
    [
      '1:31: `connections`: found 0, wanted a whole number from 1 to 100000 [CONFIG_VALUE]',
      '1:55: `idle`: found 10, wanted a unit with the number: `ms`, `s`, `m` or `h` [CONFIG_VALUE]',
      '1:59: unknown key `idel`; did you mean `idle`? [CONFIG_KEY]',
    ],
  ],
  [
    'listen: { tls: [ { address: "0.0.0.0:853" } ] }',
    [
      '1:18: `certificate` is missing; wanted the path of a PEM file [CONFIG_MISSING]',
      '1:18: `key` is missing; wanted the path of a PEM file [CONFIG_MISSING]',
    ],
  ],
  // Geo
  [
    'geo: { databases: [ bundled, bundled ] }',
    ['1:30: database `bundled` is listed twice [CONFIG_DUPLICATE]'],
  ],
  [
    'geo: { databases: [] }',
    [
      '1:19: `databases`: found an empty list, wanted a list with at least one of `bundled` or a path to an MMDB file [CONFIG_VALUE]',
    ],
  ],
  // Regions
  [
    'regions: { 7: { location: [ 1, 2 ] } }',
    [
      '1:12: `7` cannot be a name; wanted a name of at most 63 letters, digits, `-`, `_` or `.`, not digits alone [CONFIG_KEY]',
    ],
  ],
  [
    'regions: { a: { location: [ 122.4, 37.8 ] } }',
    ['1:29: `location[0]`: found 122.4, wanted a latitude from -90 to 90 [CONFIG_VALUE]'],
  ],
  [
    'regions: { a: { location: [ 1 ] } }',
    [
      '1:27: `location`: found a list of 1, wanted a list of latitude and longitude, such as [ 50.11, 8.68 ] [CONFIG_VALUE]',
    ],
  ],
  [
    'regions: { a: {} }',
    [
      '1:12: `location` is missing; wanted a list of latitude and longitude, such as [ 50.11, 8.68 ] [CONFIG_MISSING]',
    ],
  ],
  // Monitors
  [
    'monitors: { w: { port: 1 } }',
    [
      '1:13: `type` is missing; wanted one of http, https, tcp, tls, dns, grpc, icmp, exec, prometheus, push, all-of, any-of, n-of [CONFIG_MISSING]',
    ],
  ],
  ['monitors: { w: http }', ['1:16: `w`: found "http", wanted a mapping with `type` [CONFIG_VALUE]']],
  [
    'monitors: { w: { type: HTTPs2 } }',
    [
      '1:24: `type`: found "HTTPs2", wanted one of http, https, tcp, tls, dns, grpc, icmp, exec, prometheus, push, all-of, any-of, n-of; did you mean `https`? [CONFIG_VALUE]',
    ],
  ],
  [
    'monitors: { w: { type: tcp, path: / } }',
    ['1:29: key `path` is for type http or https or prometheus only [CONFIG_KEY]'],
  ],
  [
    'monitors: { w: { type: http, verify_certificate: no } }',
    [
      '1:30: unknown key `verify_certificate`; known here: type, port, interval, timeout, fall, rise, source, latency, method, path, host, http-version, headers, status, body, json [CONFIG_KEY]',
    ],
  ],
  [
    'monitors: { w: { type: http, ca: x } }',
    ['1:30: key `ca` is for type https or tls or grpc or prometheus only [CONFIG_KEY]'],
  ],
  [
    'monitors: { w: { type: http, interval: 10 } }',
    ['1:40: `interval`: found 10, wanted a unit with the number: `ms`, `s`, `m` or `h` [CONFIG_VALUE]'],
  ],
  ...['1.5s', '10 s', '1d', '-1s', 's', '9999999999s'].map((text): [string, string[]] => [
    `monitors: { w: { type: http, interval: ${text} } }`,
    [
      `1:40: \`interval\`: found "${text}", wanted a duration such as \`500ms\`, \`10s\`, \`5m\` or \`1h\` [CONFIG_VALUE]`,
    ],
  ]),
  ...['99ms', '61m', '0s'].map((text): [string, string[]] => [
    `monitors: { w: { type: http, interval: ${text} } }`,
    [`1:40: \`interval\`: found "${text}", wanted a duration from 100ms to 1h [CONFIG_VALUE]`],
  ]),
  [
    'monitors: { w: { type: http, interval: 1s, timeout: 1001ms } }',
    ['1:53: `timeout` (1001 ms) is longer than `interval` (1000 ms) [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: http, fall: 101 } }',
    ['1:36: `fall`: found 101, wanted a whole number from 1 to 100 [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: http, rise: 0 } }',
    ['1:36: `rise`: found 0, wanted a whole number from 1 to 100 [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: http, port: 0 } }',
    ['1:36: `port`: found 0, wanted a whole number from 1 to 65535 [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: http, path: "/a b" } }',
    ['1:36: `path`: found "/a b", wanted a path that begins with `/`, without spaces or `#` [CONFIG_VALUE]'],
  ],
  ...['99', '600', '"200-"', '"299-200"', '[]', '"200,"', '2e2.5', '{}', '200.5'].map(
    (text): [string, string[]] => [
      `monitors: { w: { type: http, status: ${text} } }`,
      [
        expect.stringMatching(
          /^1:38: `status`: found .*, wanted statuses from 100 to 599, such as 200 or "200-299,304" /,
        ),
      ],
    ],
  ),
  [
    'monitors: { w: { type: http, host: "example.com:80" } }',
    ['1:36: `host`: found "example.com:80", wanted a host name without a port [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: http, headers: { host: a } } }',
    [
      '1:41: key `host` does not fit; wanted the name of a header that the probe does not set itself (use `host` for Host) [CONFIG_KEY]',
    ],
  ],
  [
    'monitors: { w: { type: http, headers: { a: "b\\r\\nc: d" } } }',
    ['1:44: `a`: found something else, wanted text on one line [CONFIG_VALUE]'],
  ],
  [
    // A value may be a secret, and problems go to a log.
    'monitors: { w: { type: http, headers: "Authorization: Bearer hunter2" } }',
    [
      '1:39: `headers`: found something else, wanted the name of a header that the probe does not set itself (use `host` for Host) [CONFIG_VALUE]',
    ],
  ],
  [
    'monitors: { w: { type: http, method: HEAD, json: { path: a, equals: 1 } } }',
    ['1:50: `json` needs method GET; an answer to HEAD has no body [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: http, body: ok, json: { path: a, equals: 1 } } }',
    ['1:46: `json` and `body` exclude each other [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: http, json: { path: "a..b", equals: 1 } } }',
    ['1:44: `path`: found "a..b", wanted a path such as `status.db` or `nodes[0].state` [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: http, json: { path: a } } }',
    ['1:36: nothing is wanted of the value: `equals`, `at-most` or `at-least` is missing [CONFIG_MISSING]'],
  ],
  [
    'monitors: { w: { type: http, json: { path: a, equals: 1, at-most: 2 } } }',
    ['1:55: `equals` stands alone: `at-most` and `at-least` say something else [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: http, json: { path: a, at-least: 3, at-most: 2 } } }',
    ['1:57: no number is at least 3 and at most 2 [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: http, json: { path: a, equal: 3 } } }',
    ['1:47: unknown key `equal`; did you mean `equals`? [CONFIG_KEY]'],
  ],
  [
    'monitors: { w: { type: https, http-version: 3 } }',
    ['1:45: `http-version`: found 3, wanted auto, 1.1 or 2 [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: tls, days-left: 14d } }',
    [
      '1:40: `days-left`: found "14d", wanted a number of days, or a mapping with `warn` and `critical`, from 0 to 3650 [CONFIG_VALUE]',
    ],
  ],
  [
    'monitors: { w: { type: tls, days-left: -1 } }',
    ['1:40: `days-left`: found -1, wanted a whole number from 0 to 3650 [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: tls, days-left: { warn: 1, critcal: 2 } } }',
    ['1:51: unknown key `critcal`; did you mean `critical`? [CONFIG_KEY]'],
  ],
  [
    'monitors: { w: { type: tls, days-left: { critical: 0 } } }',
    ['1:52: `critical`: found 0, wanted a whole number from 1 to 3650 [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: tls, days-left: { warn: 2, critical: 3 } } }',
    ['1:40: `warn` (2 days) comes after `critical` (3 days); wanted the same or more [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: tls, key: k.pem } }',
    ['1:34: `key` needs `certificate` beside it [CONFIG_MISSING]'],
  ],
  [
    'monitors: { w: { type: https, certificate: c.pem } }',
    ['1:44: `certificate` needs `key` beside it [CONFIG_MISSING]'],
  ],
  [
    'monitors: { w: { type: tcp, send: a } }',
    [
      '1:35: `send` needs `expect`: a text that nothing comes back for checks no more than the connection [CONFIG_MISSING]',
    ],
  ],
  [
    'monitors: { w: { type: tcp, send: [ hunter2 ], expect: "" } }',
    [
      '1:35: `send`: found something else, wanted text of 1 to 4096 bytes [CONFIG_VALUE]',
      '1:56: `expect`: found "", wanted text of 1 to 4096 bytes [CONFIG_VALUE]',
    ],
  ],
  [
    'monitors: { w: { type: tcp, source: eth0 } }',
    ['1:37: `source`: found "eth0", wanted an IPv4 or IPv6 address of this machine [CONFIG_VALUE]'],
  ],
  [
    'monitors: { w: { type: http, method: HEAD, body: ok } }',
    ['1:50: `body` needs method GET; an answer to HEAD has no body [CONFIG_VALUE]'],
  ],
  // Pools
  [
    'pools: { p: {} }',
    ['1:10: `endpoints` is missing; wanted a list of 1 to 1000 endpoints [CONFIG_MISSING]'],
  ],
  [
    'pools: { p: { endpoints: [ {} ] } }',
    [
      '1:28: `name` is missing; wanted a name of at most 63 letters, digits, `-`, `_` or `.`, not digits alone [CONFIG_MISSING]',
      '1:28: `region` is missing; wanted the name of a region [CONFIG_MISSING]',
    ],
  ],
  // Policies
  [
    'policies: { p: { type: nearst, pool: a } }',
    [
      '1:24: `type`: found "nearst", wanted one of nearest, latency, geo, failover, weighted, hash, multi, home, schedule, split; did you mean `nearest`? [CONFIG_VALUE]',
    ],
  ],
];

const endpoints: [string, string[]][] = [
  [
    '{ name: e, region: r, address: 192.0.2.1, weight: 1001 }',
    ['4:59: `weight`: found 1001, wanted a whole number from 0 to 1000 [CONFIG_VALUE]'],
  ],
  ...[
    '0.0.0.0',
    '224.0.0.1',
    '"::"',
    '"::ffff:192.0.2.1"',
    '"ff02::1"',
    'www.example.com',
    '192.0.2',
    '"192.0.2.1:80"',
  ].map((text): [string, string[]] => [
    `{ name: e, region: r, address: ${text} }`,
    [
      `4:40: \`address\`: found "${text.replaceAll('"', '')}", wanted an IPv4 or IPv6 address that a client can connect to [CONFIG_VALUE]`,
    ],
  ]),
  ...['"192.0.2.1:0"', '"example.com:80"', '8080'].map((text): [string, string[]] => [
    `{ name: e, region: r, address: 192.0.2.1, probe: ${text} }`,
    [
      `4:58: \`probe\`: found ${text}, wanted an IP address, or one with a port, such as "10.1.0.7:8080" or "[::1]:8080" [CONFIG_VALUE]`,
    ],
  ]),
];

const policies: [string, string[]][] = [
  [
    '{ type: nearest, pool: p, ttl: 20 }',
    ['6:37: `ttl`: found 20, wanted a unit with the number: `ms`, `s`, `m` or `h` [CONFIG_VALUE]'],
  ],
  [
    '{ type: nearest, pool: p, ttl: 1500ms }',
    ['6:37: `ttl`: found "1500ms", wanted whole seconds from 0s to 168h [CONFIG_VALUE]'],
  ],
  [
    '{ type: nearest, pool: p, ttl: 169h }',
    ['6:37: `ttl`: found "169h", wanted whole seconds from 0s to 168h [CONFIG_VALUE]'],
  ],
  [
    '{ type: nearest, pool: p, answers: 17 }',
    ['6:41: `answers`: found 17, wanted a whole number from 1 to 16 [CONFIG_VALUE]'],
  ],
  [
    '{ type: nearest, pool: p, all-down: nothing }',
    [
      '6:42: `all-down`: found "nothing", wanted one of serve-all, last-known-good, nodata, servfail [CONFIG_VALUE]',
    ],
  ],
  [
    '{ type: nearest, pool: p, order: [ e ] }',
    ['6:32: key `order` is for type failover or multi only [CONFIG_KEY]'],
  ],
  [
    '{ type: failover, pool: p, order: [] }',
    [
      '6:40: `order`: found an empty list, wanted a list of endpoints or regions of `pool`, or of pools and policies [CONFIG_VALUE]',
    ],
  ],
  [
    '{ type: weighted, pool: p, within: world }',
    ['6:41: `within`: found "world", wanted one of pool, region [CONFIG_VALUE]'],
  ],
];

describe('items of the config', () => {
  it.each(sections)('%s', (section, problems) => {
    expect(problemsOf(`${section}\nzones: [ { name: example.com, file: z } ]\n`)).toEqual(problems);
  });

  it.each(endpoints)('endpoint %s', (endpoint, problems) => {
    expect(problemsOf(file(endpoint, '{ type: nearest, pool: p }'))).toEqual(problems);
  });

  it.each(policies)('policy %s', (policy, problems) => {
    expect(problemsOf(file('{ name: e, region: r, address: 192.0.2.1 }', policy))).toEqual(problems);
  });

  it('goes on after a fault: each item of the file is read', () => {
    const yaml = `${file('{ name: e, regin: r, address: 192.0.2.1 }', '{ type: nearest, pool: pq }')}gio: {}\n`;
    expect(problemsOf(yaml)).toEqual([
      '4:9: `region` is missing; wanted the name of a region [CONFIG_MISSING]',
      '4:20: unknown key `regin`; did you mean `region`? [CONFIG_KEY]',
      '6:29: `pq` is neither a pool nor a policy; did you mean `p`? [CONFIG_REFERENCE]',
      '8:1: unknown key `gio`; did you mean `geo`? [CONFIG_KEY]',
    ]);
  });
});

function file(endpoint: string, policy: string): string {
  return `regions: { r: { location: [ 0, 0 ] } }
pools:
  p: { endpoints: [
      # the endpoint is on line 4
        ${endpoint} ] }
policies:
  p: ${policy}
zones: [ { name: example.com, file: z, steer: { app: p } } ]
`.replace('      # the endpoint is on line 4\n', '');
}
