import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { LoadEnvironment } from '../environment.ts';
import type { Findings } from '../findings.ts';
import { readIdentity } from '../identity.ts';
import type { TcpLimits, TlsListener } from '../model.ts';
import { networks } from '../networks.ts';
import { absentWhenOff, duration, integer, parseSocketAddress, reading, text } from '../values.ts';

/*
 * The parts of `listen` that are about connections: TLS, balancers that speak PROXY, bounds.
 */

const tlsWanted = `a list of at most ${limits.tlsListeners} mappings with \`address\`, \`certificate\` and \`key\``;

export const tlsSchema = z
  .array(
    z
      .strictObject(
        {
          address: reading('an IP address with a port, such as "0.0.0.0:853"', parseSocketAddress).describe(
            'Where to listen.',
          ),
          certificate: text('the path of a PEM file').describe(
            'PEM file with the certificate, then those of the authorities between it and the root; relative to this file.',
          ),
          key: text('the path of a PEM file').describe(
            'PEM file with the private key of the certificate, not encrypted; relative to this file.',
          ),
        },
        { error: 'a mapping with `address`, `certificate` and `key`' },
      )
      .describe('One address for DNS over TLS.'),
    { error: absentWhenOff(tlsWanted) },
  )
  .max(limits.tlsListeners, { error: tlsWanted })
  .default([])
  .describe('Addresses for DNS over TLS (RFC 7858). Changed files are used for the next handshake.');

export const proxySchema = networks(limits.proxyNetworks).describe(
  'Networks of balancers that put a PROXY v2 header before what they pass on; theirs must have one, others have none.',
);

export const tcpSchema = z
  .strictObject(
    {
      connections: integer(1, limits.tcpConnectionsMost)
        .default(limits.tcpConnections)
        .describe(
          'Connections over TCP and TLS that may be open at once; then the longest idle one is closed.',
        ),
      'per-client': integer(1, limits.tcpConnectionsMost)
        .default(limits.tcpConnectionsPerClient)
        .describe('The same for one client: an IPv4 address or an IPv6 /64.'),
      idle: duration('1s', '1h')
        .prefault('10s')
        .describe('A connection without a complete query for so long is closed.'),
    },
    { error: 'a mapping with `connections`, `per-client` and `idle`' },
  )
  .describe('Bounds of connections.');

/** `base`: the directory of the config file. Listeners whose files cannot be used are left out, with an error. */
export function resolveTls(
  input: z.output<typeof tlsSchema>,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): TlsListener[] {
  return input.flatMap(({ address: socket, certificate, key }, i) => {
    const identity = readIdentity({ certificate, key }, ['listen', 'tls', i], environment, base, findings);
    return identity === undefined ? [] : [{ socket, identity }];
  });
}

export function resolveTcp(input: z.output<typeof tcpSchema> = tcpSchema.parse({})): TcpLimits {
  const { connections, 'per-client': perClient, idle: idleMs } = input;
  return { connections, perClient, idleMs };
}
