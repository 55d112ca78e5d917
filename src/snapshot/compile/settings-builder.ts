import type { DnsOptions } from '../../config/model.ts';
import type { Settings } from '../settings.ts';

/** The settings that the `dns` section asks for. `cookieSecrets`: those in use, none when cookies are off. */
export function buildSettings(
  { udpBytes, nsid, version: versionText, identity }: DnsOptions,
  cookieSecrets: readonly Uint8Array[],
  geoStale: boolean,
  version: number,
): Settings {
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
  };
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
