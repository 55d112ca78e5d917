import { z } from 'zod';
import { readAuthorities } from '../authorities.ts';
import type { GrpcCheck } from '../check-model.ts';
import { isHostName, reading, text } from '../values.ts';
import { type MonitorContext, monitorKeys } from './base.ts';

const serviceWanted = 'the name of a service such as shop.v1.Cart, up to 255 characters';
const yesOrNo = { error: 'true or false' };

export const grpcSchema = z
  .strictObject({
    type: z.literal('grpc').describe('Checks by the gRPC health service.'),
    ...monitorKeys(undefined),
    service: text(serviceWanted, /^[\x21-\x7e]{1,255}$/)
      .optional()
      .describe('The service that must be SERVING. Default: the server as a whole.'),
    tls: z.boolean(yesOrNo).default(false).describe('Whether the server speaks TLS.'),
    host: reading('a host name without a port', (host) => (isHostName(host) ? host : undefined))
      .optional()
      .describe("Authority of the call, and server name for TLS. Default: the endpoint's address."),
    'verify-certificate': z
      .boolean(yesOrNo)
      .default(true)
      .describe('False accepts any certificate, also that of an attacker.'),
    ca: text('the path of a PEM file')
      .optional()
      .describe('PEM file with authorities to trust beside those of the system; relative to this file.'),
  })
  .describe('A check by the gRPC health service.');

export function resolveGrpc(
  input: z.output<typeof grpcSchema>,
  { path, environment, base, findings }: MonitorContext,
): GrpcCheck {
  const { port, service = '', tls, host } = input;
  for (const key of ['ca', 'verify-certificate'] as const) {
    const given = key === 'ca' ? input.ca !== undefined : !input[key];
    if (given && !tls) findings.error('CONFIG_VALUE', [...path, key], `\`${key}\` needs \`tls: true\``);
  }
  const ca =
    input.ca === undefined || !tls
      ? undefined
      : readAuthorities(input.ca, [...path, 'ca'], environment, base, findings);
  return { type: 'grpc', port, service, tls, host, verifyCertificate: input['verify-certificate'], ca };
}
