/** Line 1 to 8 of a file: regions a, b, c and idle, where nothing is; pools p (a, b, c), q (b) and both (a). */
const head = `regions: { a: { location: [ 0, 0 ] }, b: { location: [ 1, 1 ] }, c: { location: [ 2, 2 ] }, idle: { location: [ 3, 3 ] } }
monitors: { w: { type: http } }
pools:
  p: { monitor: w, endpoints: [ { name: pa, region: a, address: 192.0.2.1 }, { name: pb, region: b, address: 192.0.2.2 }, { name: pc, region: c, address: 192.0.2.3 } ] }
  q: { endpoints: [ { name: qb, region: b, address: 192.0.2.4 } ] }
  both: { endpoints: [ { name: ba, region: a, address: 192.0.2.5 } ] }
policies:
  both: { type: nearest, pool: both }
`;

/** A file with these policies, one a line from line 9 on. All are steered: nothing is unused but what a test is about. */
export function withPolicies(...policies: string[]): string {
  const names = policies.map((line) => line.split(':', 1)[0]!);
  const all = ['both', ...names].map((name, i) => `n${i}: "${name}"`).join(', ');
  const uses = 'zz: { type: failover, order: [ "pool:p", q ] }';
  return `${head}${[...policies, uses].map((line) => `  ${line}\n`).join('')}zones: [ { name: example.com, file: z, steer: { ${all}, zz: zz } } ]\n`;
}
