import type { Config, RateLimitConfig } from '../../config/model.ts';
import type { RateLimits, Settings } from '../settings.ts';

/** The settings that the sections `dns` and `rate-limit` ask for. `cookieSecrets`: those in use, none when cookies are off. */
export function buildSettings(
  { dns, rateLimit }: Pick<Config, 'dns' | 'rateLimit'>,
  cookieSecrets: readonly Uint8Array[],
  geoStale: boolean,
  version: number,
): Settings {
  const { udpBytes, nsid, version: versionText, identity } = dns;
  const told = identity === undefined ? undefined : bytesOf(identity);
  const chaos = {
    version: versionText === undefined ? undefined : bytesOf(versionText),
    id: told,
    hostname: told,
  };
  return {
    version,
    udpAnswerBytes: udpBytes,
    nsid: bytesOf(nsid ?? ''),
    chaos: chaos.version === undefined && told === undefined ? undefined : chaos,
    cookieSecrets,
    geoStale,
    rateLimits: rateLimit && limitsOf(rateLimit),
  };
}

/** `perSecond` is in the order of `AnswerKind`. */
function limitsOf({ responses, negatives, errors, all, ...others }: RateLimitConfig): RateLimits {
  return { ...others, perSecond: [responses, negatives, errors, all] };
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
