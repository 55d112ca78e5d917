import { z } from 'zod';
import type { GrpcCheck } from '../check-model.ts';
import { text } from '../values.ts';
import { type MonitorContext, monitorKeys } from './base.ts';
import { hostKey, resolveTls, tlsKeys } from './tls.ts';

const serviceWanted = 'the name of a service such as shop.v1.Cart, up to 255 characters';

export const grpcSchema = z
  .strictObject({
    type: z.literal('grpc').describe('Checks by the gRPC health service.'),
    ...monitorKeys(undefined),
    service: text(serviceWanted, /^[\x21-\x7e]{1,255}$/)
      .optional()
      .describe('The service that must be SERVING. Default: the server as a whole.'),
    host: hostKey("Authority of the call, and server name for TLS. Default: the endpoint's address."),
    tls: z.boolean({ error: 'true or false' }).default(false).describe('Whether the server speaks TLS.'),
    ...tlsKeys,
  })
  .describe('A check by the gRPC health service.');

export function resolveGrpc(input: z.output<typeof grpcSchema>, context: MonitorContext): GrpcCheck {
  const { port, service = '', tls, host } = input;
  if (!tls) {
    const { path, findings } = context;
    for (const key of ['ca', 'certificate', 'key', 'days-left'] as const) {
      if (input[key] !== undefined)
        findings.error('CONFIG_VALUE', [...path, key], `\`${key}\` needs \`tls: true\``);
    }
    if (!input['verify-certificate'])
      findings.error(
        'CONFIG_VALUE',
        [...path, 'verify-certificate'],
        '`verify-certificate` needs `tls: true`',
      );
  }
  return { type: 'grpc', port, service, host, tls: tls ? resolveTls(input, context) : undefined };
}
