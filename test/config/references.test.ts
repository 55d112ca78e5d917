import { describe, expect, it } from 'vitest';
import { loadText, problemsOf } from './load-text.ts';

const regions =
  'regions: { a: { location: [ 0, 0 ] }, b: { location: [ 1, 1 ] }, idle: { location: [ 2, 2 ] } }\n';
const zones = 'zones: [ { name: example.com, file: z, steer: { app: f } } ]\n';

const cases: [string, string, string[]][] = [
  [
    'names that are defined nowhere',
    `${regions}pools:
  app: { monitor: wbe, endpoints: [ { name: e, region: as, address: 192.0.2.1 } ] }
policies: { f: { type: nearest, pool: ap } }
zones: [ { name: example.com, file: z, steer: { app: fx } } ]
`,
    [
      '3:19: monitor `wbe` is not defined; none is [CONFIG_REFERENCE]',
      '3:56: region `as` is not defined; did you mean `a`? [CONFIG_REFERENCE]',
      '4:39: `ap` is neither a pool nor a policy; did you mean `app`? [CONFIG_REFERENCE]',
      '5:54: policy `fx` is not defined; did you mean `f`? [CONFIG_REFERENCE]',
    ],
  ],
  [
    'a region that is far from any',
    `${regions}pools: { p: { endpoints: [ { name: e, region: mars, address: 192.0.2.1 } ] } }
policies: { f: { type: nearest, pool: p } }
${zones}`,
    ['2:47: region `mars` is not defined; defined: a, b, idle [CONFIG_REFERENCE]'],
  ],
  [
    'faults of an item once, not at each that refers to it',
    `${regions}monitors: { w: { type: htp } }
pools: { p: { monitor: w, endpoints: [ { name: e, region: a, address: 192.0.2.1 } ] }, q: {} }
policies: { f: { type: nearest, pool: p }, g: { type: nearest, pool: q } }
${zones}`,
    [
      '2:24: `type`: found "htp", wanted one of http, https, tcp, tls, dns, grpc, icmp, exec, prometheus, push, all-of, any-of, n-of; did you mean `http`? [CONFIG_VALUE]',
      '3:88: `endpoints` is missing; wanted a list of 1 to 1000 endpoints [CONFIG_MISSING]',
    ],
  ],
  [
    'an endpoint and an address that a pool holds twice',
    `${regions}pools:
  p:
    endpoints:
      - { name: e, region: a, address: "2001:db8::1" }
      - { name: e, region: b, address: "2001:DB8:0::1" }
policies: { f: { type: nearest, pool: p } }
${zones}`,
    [
      '6:17: endpoint `e` stands twice in its pool [CONFIG_DUPLICATE]',
      '6:40: address 2001:db8::1 is that of endpoint `e` already [CONFIG_DUPLICATE]',
    ],
  ],
  [
    'an endpoint that a tcp monitor cannot reach',
    `${regions}monitors: { t: { type: tcp } }
pools:
  p:
    monitor: t
    endpoints:
      - { name: e, region: a, address: 192.0.2.1 }
      - { name: f, region: a, address: 192.0.2.2, probe: "192.0.2.2" }
      - { name: g, region: a, address: 192.0.2.3, probe: "192.0.2.3:5432" }
policies: { f: { type: nearest, pool: p } }
${zones}`,
    [
      '7:9: endpoint `e` has no port to check: neither its `probe` nor tcp monitor `t` names one [CONFIG_MISSING]',
      '8:9: endpoint `f` has no port to check: neither its `probe` nor tcp monitor `t` names one [CONFIG_MISSING]',
    ],
  ],
  [
    'an endpoint of another family than the address that probes come from',
    `${regions}monitors: { t: { type: tcp, port: 1, source: 192.0.2.9 } }
pools:
  p:
    monitor: t
    endpoints:
      - { name: e, region: a, address: "2001:db8::1" }
      - { name: f, region: a, address: 192.0.2.2, probe: "[::1]:80" }
      - { name: g, region: a, address: "2001:db8::2", probe: 192.0.2.3 }
policies: { f: { type: nearest, pool: p } }
${zones}`,
    [
      '7:40: endpoint `e` is checked at 2001:db8::1, which cannot be reached from IPv4 address 192.0.2.9, the `source` of monitor `t` [CONFIG_VALUE]',
      '8:58: endpoint `f` is checked at ::1, which cannot be reached from IPv4 address 192.0.2.9, the `source` of monitor `t` [CONFIG_VALUE]',
    ],
  ],
  [
    'shares of a pool that gives none',
    `${regions}pools: { p: { endpoints: [ { name: e, region: a, address: 192.0.2.1, weight: 0 } ] } }
policies: { f: { type: weighted, pool: p }, g: { type: nearest, pool: p } }
zones: [ { name: example.com, file: z, steer: { app: f, "@": g } } ]
`,
    ['3:40: every endpoint of pool `p` has weight 0; wanted one that takes a share [CONFIG_VALUE]'],
  ],
  [
    'an order that names what the pool does not hold',
    `${regions}pools:
  p: { endpoints: [ { name: eins, region: a, address: 192.0.2.1 }, { name: zwei, region: a, address: 192.0.2.2 } ] }
  q: { endpoints: [ { name: a, region: a, address: 192.0.2.1 }, { name: b, region: a, address: 192.0.2.2 } ] }
policies:
  f: { type: failover, pool: p, order: [ eisn, idle, nowhere, eins, a, 5 ] }
  g: { type: failover, pool: p, order: [ eins, idle, nowhere, eins, a ] }
  h: { type: failover, pool: q, order: [ a ] }
${zones}`,
    [
      '6:72: `order[5]`: found 5, wanted the name of an endpoint, region, pool or policy [CONFIG_VALUE]',
      '7:48: pool `p` has no endpoint in region `idle` [CONFIG_REFERENCE]',
      '7:54: `nowhere` is neither an endpoint of pool `p` nor a region; known: eins, zwei, a, b, idle [CONFIG_REFERENCE]',
      '7:63: endpoint `eins` stands in the order already, by `eins` [CONFIG_DUPLICATE]',
      '7:69: endpoint `eins` stands in the order already, by `eins` [CONFIG_DUPLICATE]',
      '8:42: `a` is an endpoint of pool `q` and a region with others; rename one [CONFIG_REFERENCE]',
    ],
  ],
  [
    'zones that stand twice, and sources of records that do not fit',
    `zones:
  - { name: example.com, file: z }
  - { name: Example.COM., file: y }
  - { name: example.net }
  - { name: example.org, file: z, records: [ "@ A 192.0.2.1" ] }
  - { name: example..info, file: z }
  - { name: example.edu, records: [ "@ A 192.0.2.1", 5, "a\\nb" ] }
  - { name: example.gov, file: 5 }
  - { name: "@", file: z }
`,
    [
      '3:13: zone `Example.COM.` stands here again; first on line 2 [CONFIG_DUPLICATE]',
      '4:5: `file` is missing; wanted the path of a zone file, or `records` [CONFIG_MISSING]',
      '5:44: `records`: found a list of 1, wanted none beside `file` [CONFIG_VALUE]',
      '6:13: `name` is not a domain name: empty label in "example..info" [CONFIG_VALUE]',
      '7:54: `records[1]`: found 5, wanted one record on one line; put it in quotes [CONFIG_VALUE]',
      '7:57: `records[2]`: found "a\\nb", wanted one record on one line [CONFIG_VALUE]',
      '8:32: `file`: found 5, wanted the path of a zone file; put it in quotes [CONFIG_VALUE]',
      '9:13: `name`: found "@", wanted a domain name [CONFIG_VALUE]',
    ],
  ],
  [
    'owners that cannot be steered',
    `${regions}pools: { p: { endpoints: [ { name: e, region: a, address: 192.0.2.1 } ] } }
policies: { f: { type: nearest, pool: p } }
zones:
  - name: example.com
    file: z
    steer:
      app: f
      APP: f
      app.example.com.: f
      app.example.com: f
      www.evilexample.com.: f
      "a..b": f
      "@": f
      example.com.: f
`,
    [
      '9:7: `APP` is the same owner as `app` [CONFIG_DUPLICATE]',
      '10:7: `app.example.com.` is the same owner as `APP` [CONFIG_DUPLICATE]',
      '12:7: `www.evilexample.com.` is outside zone example.com. [CONFIG_VALUE]',
      '13:7: `a..b` is not an owner name: empty label in "a..b" [CONFIG_VALUE]',
      '15:7: `example.com.` is the same owner as `@` [CONFIG_DUPLICATE]',
    ],
  ],
];

describe('references of the config', () => {
  it.each(cases)('tells of %s', (_title, yaml, problems) => {
    expect(problemsOf(yaml)).toEqual(problems);
  });

  it('warns of what takes no part, and loads', () => {
    const yaml = `${regions}monitors: { w: { type: http } }
pools:
  p: { endpoints: [ { name: e, region: a, address: 192.0.2.1, probe: "192.0.2.9" } ] }
  q: { endpoints: [ { name: e, region: a, address: 192.0.2.1 } ] }
policies: { f: { type: nearest, pool: p }, g: { type: nearest, pool: p } }
${zones}`;
    expect(problemsOf(yaml)).toEqual([
      '2:13: warning: monitor `w` is in no pool and no region [CONFIG_UNUSED]',
      '4:70: warning: `probe` has no use: pool `p` has no monitor [CONFIG_UNUSED]',
      '5:3: warning: pool `q` is in no policy [CONFIG_UNUSED]',
      '6:44: warning: policy `g` steers no name, and no policy leads to it [CONFIG_UNUSED]',
    ]);
    expect(loadText(yaml).config).toBeDefined();
  });

  it('does not warn while there are errors: a faulty reference may be the missing use', () => {
    expect(
      problemsOf(`monitors: { w: { type: http } }\nnod: 1\n${zones}`).filter((line) =>
        line.includes('warning'),
      ),
    ).toEqual([]);
  });
});
