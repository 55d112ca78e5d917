import type { Config } from '../../src/config/model.ts';
import { parseName } from '../../src/dns/names.ts';
import { readMessage } from '../../src/dns/reader.ts';
import { emptyGeoMap } from '../../src/geo/map.ts';
import { parseAddress } from '../../src/ip/address.ts';
import { QueryContext } from '../../src/query/context.ts';
import { counterBytes } from '../../src/query/counters.ts';
import { respond } from '../../src/query/respond.ts';
import { QuerySource, type Transport } from '../../src/query/source.ts';
import { limits } from '../../src/runtime/limits.ts';
import { healthAlone } from '../../src/snapshot/compile/conditions.ts';
import { buildImage } from '../../src/snapshot/compile/image-builder.ts';
import { buildRotation } from '../../src/snapshot/compile/rotation-builder.ts';
import { plainSettings, type Settings } from '../../src/snapshot/settings.ts';
import { loadZone } from '../../src/zone/zone.ts';
import { promise } from '../target.ts';

const zoneText = `
@ 3600 SOA ns1 hostmaster 1 7200 900 1209600 300
@ NS ns1
@ NS ns.sub
@ MX 10 mail
ns1 A 192.0.2.53
mail A 192.0.2.25
www CNAME app
loop CNAME loop2
loop2 CNAME loop
*.wild TXT "wild"
deep.er.ent A 192.0.2.1
moved DNAME else.example.org.
sub NS ns.sub
ns.sub A 192.0.2.54
big TXT ${Array.from({ length: 20 }, () => `"${'x'.repeat(250)}"`).join(' ')}
`;

/** Everything on, so that every option has an answer. */
const settings: Settings = {
  ...plainSettings,
  version: 1,
  nsid: new Uint8Array(limits.identityBytes).fill(0x6e),
  chaos: { version: new Uint8Array(limits.identityBytes), id: Uint8Array.of(0x69), hostname: undefined },
  cookieSecrets: [new Uint8Array(16), new Uint8Array(16).fill(1)],
  geoStale: true,
};

/** A context with a zone of all kinds of names and a steered one, for a server that is asked anything. */
export function fuzzContext(): QueryContext {
  const apex = wire('example.com.');
  const { zone, problems } = loadZone({
    apex,
    file: 'fuzz',
    source: { bytes: new TextEncoder().encode(`$TTL 300${zoneText}`) },
  });
  promise(zone !== undefined, `the zone loads: ${JSON.stringify(problems)}`);
  const endpoints = ['192.0.2.10', '192.0.2.11', '2001:db8::10'].map((text, i) => {
    const address = parseAddress(text)!;
    return {
      name: `e${i}`,
      region: i % 2,
      address,
      host: undefined,
      weight: 1,
      probe: { address, port: 80 },
    };
  });
  const config: Pick<Config, 'regions' | 'pools' | 'policies' | 'steerings'> = {
    regions: ['a', 'b'].map((name) => ({ name, title: name, latitude: 0, longitude: 0, check: undefined })),
    pools: [
      {
        name: 'p',
        monitor: undefined,
        endpoints,
        minUp: undefined,
        floor: undefined,
        rampMs: undefined,
        capacities: [],
      },
    ],
    policies: [
      {
        ...{ name: 'p', type: 'nearest', from: { pool: 0 }, view: 0, spread: 'fill', answers: 2 },
        ...{ ttl: { minSeconds: 20, maxSeconds: 20 }, allDown: 'serve-all', fallback: undefined },
        ...{ families: 'together', residency: undefined },
      },
    ],
    steerings: [
      { policy: 0, hosts: 'flatten', https: undefined, svcb: undefined, srv: undefined, mx: undefined },
    ],
  };
  const context = new QueryContext(new SharedArrayBuffer(counterBytes), 1);
  context.adopt({
    generation: 1,
    image: buildImage([{ zone, steer: [{ owner: wire('app.example.com.'), steering: 0 }] }]),
    views: [emptyGeoMap(2)],
    owners: [],
    rotation: buildRotation(
      config as Config,
      healthAlone(
        0,
        () => 'up',
        () => false,
      ),
      { answers: () => 0, refusals: () => 0 },
    ),
    settings,
  });
  return context;
}

const source = new QuerySource();
const out = new Uint8Array(limits.tcpMessageBytes + 64);

/** Asks and checks what holds for every packet; returns the answer's size. */
export function askAnything(context: QueryContext, packet: Uint8Array, transport: Transport): number {
  const bound = transport === 0 ? limits.udpAnswerBytes : limits.tcpMessageBytes;
  source.transport = transport;
  source.w0 = 0xc0000201;
  out.fill(0xa5, bound, bound + 64);
  const length = respond(packet, packet.length, source, context, out.subarray(0, bound));
  promise(length >= 0 && length <= bound, `the answer has ${length} bytes`);
  for (let i = bound; i < bound + 64; i++) promise(out[i] === 0xa5, 'nothing is written behind the buffer');
  if (length === 0) return 0;
  const message = readMessage(out.slice(0, length));
  promise(message !== undefined, 'the answer is a message');
  promise((message.flags & 0x8000) !== 0, 'the answer is a response');
  promise(message.id === ((packet[0]! << 8) | packet[1]!), 'the answer has the id of the query');
  return length;
}

export function wire(text: string): Uint8Array {
  const parsed = parseName(text);
  promise(parsed.ok, text);
  return parsed.name;
}
