import { formatName } from '../dns/names.ts';
import { formatAddress } from '../ip/address.ts';
import type { Endpoint } from './model.ts';

/** What clients are led to, as people write it: the address, else the host. */
export function endpointText({ address, host }: Pick<Endpoint, 'address' | 'host'>): string {
  if (address !== undefined) return formatAddress(address);
  return host === undefined ? '' : formatName(host);
}
