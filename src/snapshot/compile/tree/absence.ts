import type { Config } from '../../../config/model.ts';
import type { Policy } from '../../../config/policy-model.ts';
import { Serving } from '../../../steering/nodes.ts';
import { RecordKind } from '../../rotation.ts';
import type { Conditions } from '../conditions.ts';
import type { GrowContext } from './context.ts';

/**
 * Why nothing in these pools has a record of the kind, in whatever state: none ever can (`none`); hosts have addresses,
 * but of the other family (`lacking`); no host has a known address, nor has anything else one (`unresolved`).
 */
export type Absence = 'none' | 'lacking' | 'unresolved';

export function findAbsence(
  config: Config,
  conditions: Conditions,
  pools: readonly number[],
  { kind, within, steering }: Pick<GrowContext, 'kind' | 'within' | 'steering'>,
): Absence {
  if (kind > RecordKind.AAAA || steering.hosts === 'cname') return 'none';
  let hosts = false;
  let addresses = false;
  for (const pool of pools) {
    for (const [index, { address, region }] of config.pools[pool]!.endpoints.entries()) {
      if (!within.has(region)) continue;
      hosts ||= address === undefined;
      addresses ||= address !== undefined || conditions.hostAddresses(pool, index).length > 0;
    }
  }
  if (!hosts) return 'none';
  return addresses ? 'lacking' : 'unresolved';
}

/** What is served where nothing has a record. A host without an address is an endpoint that is not usable. */
export function absenceServing(absence: Absence, { allDown }: Policy): Serving {
  if (absence === 'none') return Serving.NONE;
  if (absence === 'lacking') return Serving.LACKING;
  return allDown === 'servfail' ? Serving.SERVFAIL : Serving.UNRESOLVED;
}
