import type { Use } from '../../config/policy-model.ts';
import { distanceKm } from '../../geo/distance.ts';
import type { EndpointTrace, ExplainedRegion } from '../explanation.ts';
import { whyNotEligible } from './eligible.ts';
import { addressText, type Frame, isChosen, type Member, memberKey, membersOf, type Scene } from './scene.ts';

/** The endpoints that a policy leads to, by region, nearest first, with what the decision came to for each. */
export function tellRegions(scene: Scene, frame: Frame, use: Use): ExplainedRegion[] {
  const { config, place } = scene;
  const members = membersOf(scene, frame, use);
  const regions = config.regions.map(({ name, title, latitude, longitude }, region) => ({
    name,
    title,
    distanceKm: place && Math.round(distanceKm(place, { latitude, longitude })),
    endpoints: members
      .filter(({ pool, endpoint }) => config.pools[pool]!.endpoints[endpoint]!.region === region)
      .map((member) => tellEndpoint(scene, frame, member)),
  }));
  return regions
    .filter(({ endpoints }) => endpoints.length > 0)
    .sort((a, b) => (a.distanceKm ?? 0) - (b.distanceKm ?? 0));
}

function tellEndpoint(scene: Scene, frame: Frame, member: Member): EndpointTrace {
  const { config, conditions, told } = scene;
  const pool = config.pools[member.pool]!;
  const own = pool.endpoints[member.endpoint]!;
  const { name, region } = own;
  return {
    pool: pool.name,
    name,
    region: config.regions[region]!.name,
    address: addressText(own),
    health: conditions.state(member.pool, member.endpoint),
    chosen: isChosen(scene, member),
    why:
      told.get(memberKey(member)) ?? whyNotEligible(scene, frame, member) ?? 'not on the way of this client',
  };
}
