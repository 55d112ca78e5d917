import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { Findings } from '../findings.ts';
import type { RateLimitConfig } from '../model.ts';
import { networks, tellRepeatedNetworks } from '../networks.ts';
import { absentWhenOff, integer } from '../values.ts';

export const rateLimitSchema = z
  .strictObject(
    {
      responses: perSecond()
        .default(20)
        .describe('Answers with records, of one name, a second to one network. 0: no limit.'),
      negatives: perSecond()
        .default(5)
        .describe(
          'Answers that a name or type does not exist, and referrals, of one zone, a second to one network. 0: no limit.',
        ),
      errors: perSecond()
        .default(5)
        .describe('Refusals and other errors a second to one network. 0: no limit.'),
      all: perSecond()
        .optional()
        .describe(
          'Answers of all kinds and names together, a second to one network. 0: no limit. Default: ten times `responses`.',
        ),
      slip: integer(0, limits.rateLimitSlip)
        .default(2)
        .describe(
          'One in so many answers beyond a limit is sent empty, with TC, so that a true client asks over TCP. 0: none.',
        ),
      'prefix-v4': integer(1, 32).default(24).describe('Bits of an IPv4 address that make the network.'),
      'prefix-v6': integer(1, 128).default(56).describe('Bits of an IPv6 address that make the network.'),
      allow: networks(limits.rateLimitNetworks).describe('Networks that no limit holds for.'),
    },
    { error: absentWhenOff('a mapping with keys such as `responses` and `slip`, or `{}` for the defaults') },
  )
  .describe('Bounds of the answers over UDP that one network is sent. Without it there are none.');

export function resolveRateLimit(
  input: z.output<typeof rateLimitSchema>,
  findings: Findings,
): RateLimitConfig {
  const { responses, negatives, errors, slip, 'prefix-v4': prefix4, 'prefix-v6': prefix6, allow } = input;
  tellRepeatedNetworks(allow, ['rate-limit', 'allow'], findings);
  const all = input.all ?? Math.min(ALL_RESPONSES * responses, limits.rateLimitPerSecond);
  return { responses, negatives, errors, all, slip, prefix4, prefix6, allow };
}

/** So many busy names a network may ask for at once before `all` holds it back. */
const ALL_RESPONSES = 10;

function perSecond() {
  return integer(0, limits.rateLimitPerSecond);
}
