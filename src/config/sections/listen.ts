import { z } from 'zod';
import { formatAddress } from '../../ip/address.ts';
import { limits } from '../../runtime/limits.ts';
import type { LoadEnvironment } from '../environment.ts';
import type { Findings } from '../findings.ts';
import type { Listen, SocketAddress } from '../model.ts';
import { tellRepeatedNetworks } from '../networks.ts';
import type { Path } from '../source.ts';
import { choice, integer, parseSocketAddress, reading } from '../values.ts';
import { showName } from '../wording.ts';
import { proxySchema, resolveTcp, resolveTls, tcpSchema, tlsSchema } from './streams.ts';

const addressWanted = 'an IP address with a port, such as "0.0.0.0:53" or "[::]:53"';
const dnsWanted = `a list of 1 to ${limits.listenAddresses} addresses`;

export const listenSchema = z
  .strictObject(
    {
      dns: z
        .array(reading(addressWanted, parseSocketAddress), { error: dnsWanted })
        .min(1, { error: dnsWanted })
        .max(limits.listenAddresses, { error: dnsWanted })
        .prefault(['127.0.0.1:5300', '[::1]:5300'])
        .describe('Addresses with ports for DNS: UDP and TCP on each. Port 0 lets the system choose.'),
      http: reading(`${addressWanted}, or \`off\``, (text) =>
        text === 'off' ? text : parseSocketAddress(text),
      )
        .prefault('127.0.0.1:8053')
        .describe('Address with port for metrics and API, or `off`. Not for the open Internet.'),
      workers: integer(1, limits.udpWorkers)
        .optional()
        .describe('UDP worker threads. Default: one per core.'),
      tls: tlsSchema,
      proxy: proxySchema,
      'proxy-udp': choice(['on', 'off'])
        .default('on')
        .describe(
          "`off`: the header is looked for over TCP and TLS alone. Over UDP whoever can forge a balancer's address can name any client.",
        ),
      tcp: tcpSchema.optional(),
    },
    { error: 'a mapping with keys such as `dns`, `http` and `workers`' },
  )
  .describe('Where the process listens.');

/** `base`: the directory of the config file. */
export function resolveListen(
  input: z.output<typeof listenSchema>,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): Listen {
  const http = input.http === 'off' ? undefined : input.http;
  const taken = new Map<string, string>();
  const claim = (socket: SocketAddress, path: Path, by: string): void => {
    const key = `${formatAddress(socket.address)} ${socket.port}`;
    const first = taken.get(key);
    if (first === undefined || socket.port === 0) taken.set(key, by);
    else findings.error('CONFIG_DUPLICATE', path, `${showName(by)} has the address of ${showName(first)}`);
  };
  for (const [i, socket] of input.dns.entries()) claim(socket, ['listen', 'dns', i], `listen.dns[${i}]`);
  // DNS over TCP, DNS over TLS and HTTP cannot share a port either.
  for (const [i, { address }] of input.tls.entries())
    claim(address, ['listen', 'tls', i, 'address'], `listen.tls[${i}]`);
  tellRepeatedNetworks(input.proxy, ['listen', 'proxy'], findings);
  if (http !== undefined) claim(http, ['listen', 'http'], 'listen.http');
  return {
    dns: input.dns,
    http,
    workers: input.workers ?? Math.min(environment.cores, limits.udpWorkers),
    tls: resolveTls(input.tls, environment, base, findings),
    proxy: input.proxy,
    proxyUdp: input['proxy-udp'] === 'on',
    tcp: resolveTcp(input.tcp),
  };
}
