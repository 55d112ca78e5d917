import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { targets } from '../../bench/targets.ts';

const text = readFileSync(resolve(import.meta.dirname, '../../docs/benchmarks.md'), 'utf8');

it.each([
  ['to gdnsd', [targets.cpuToGdnsd]],
  ['to Knot DNS', [targets.cpuToKnot]],
  ['to PowerDNS', [targets.cpuToPowerdns]],
  ['bare echo', [targets.cpuToEcho]],
  ['100 000 names', [targets.cpuManyNames]],
  ["earlier build's", [targets.cpuToBefore]],
  ['Health change', [targets.publishMs]],
  ['Endpoint killed', [targets.goneSeconds[1], targets.goneSeconds[10]]],
  ['Endpoint silent', [targets.goneSeconds[1], targets.goneSeconds[10]]],
  ['cores used', [targets.probingCores.http, targets.probingCores.tcp]],
  ['beside its time', [targets.probeDelayMs]],
  ['memory in use', [targets.probingMegabytes]],
  ['Process start', [targets.coldStartSeconds, targets.warmStartSeconds]],
  ['Resident memory', [targets.residentMegabytes]],
  ['A zone of 1 000 000 records', [targets.largeLoadSeconds, targets.largeMegabytes]],
  ['loading it anew', [targets.largePauseMs]],
  ['any policy', [targets.cpuOfPolicy, targets.cpuNested]],
  ['1 000 policies', [targets.publishManyMs]],
  ['Queries lost', [targets.lostQueries]],
  ['queries over TCP', [targets.tcpRateOfGdnsd]],
  ['a crowd of TCP', [targets.crowdedUdp]],
])('docs/benchmarks.md states the bound of "%s"', (what, values) => {
  const row = text.split('\n').find((line) => line.startsWith('|') && line.includes(what));
  const numbers = [...(row?.split('|')[2] ?? '').matchAll(/[\d.]+/g)].map(Number);
  expect(numbers).toEqual(values);
});
