import { limits } from '../../src/runtime/limits.ts';
import { formatZone } from '../../src/zone/format.ts';
import { loadZone } from '../../src/zone/zone.ts';
import { promise, type Target } from '../target.ts';
import { wire } from './answering.ts';

const texts = [
  '$TTL 1h\n@ SOA ns h ( 1 2h 15m 2w 5m )\n@ NS ns\nns A 192.0.2.1\n',
  '$ORIGIN example.com.\n@ 60 IN SOA ns.example.com. h\\.m.example.com. 1 2 3 4 5\n NS ns\nns AAAA 2001:db8::1\n* TXT "a;b" "c\\"d"\n',
  '@ 1 SOA . . 1 2 3 4 5\n@ 1 NS .\na 1 HTTPS 1 . alpn=h2,h3 port=443 ipv4hint=192.0.2.1\n_s._t 1 SRV 1 2 3 a\nb 1 CAA 0 issue "x"\n',
  '@ 1 SOA a b 1 2 3 4 5\n@ NS a\na TYPE65280 \\# 4 01020304\nl LOC 1 2 3 N 4 5 6 E 7m\n$INCLUDE other\nd DS 1 8 2 00\n',
];

/** A zone file: problems, or a zone that survives being written out and read again. */
export function zoneTarget(): Target {
  const apex = wire('example.com.');
  const load = (bytes: Uint8Array) => loadZone({ apex, file: 'fuzz.zone', source: { bytes } });
  return {
    seeds: texts.map((text) => new TextEncoder().encode(text)),
    run: (input) => {
      const { zone, problems } = load(input);
      promise(problems.length <= limits.problems + 1, `${problems.length} problems`);
      promise(
        zone !== undefined || problems.some(({ severity }) => severity === 'error'),
        'a refusal has a reason',
      );
      if (zone === undefined) return;
      const text = formatZone(zone);
      const again = load(new TextEncoder().encode(text)).zone;
      promise(again !== undefined && formatZone(again) === text, 'a zone written out reads the same');
    },
  };
}
