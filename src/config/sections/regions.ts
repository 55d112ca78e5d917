import { z } from 'zod';
import type { Findings, Named } from '../findings.ts';
import type { Monitor, Region } from '../model.ts';
import { probePlace, tellUncheckable } from '../probe-place.ts';
import { number, reference, text } from '../values.ts';
import { showName } from '../wording.ts';

export const regionSchema = z
  .strictObject(
    {
      location: z
        .tuple([number('a latitude', -90, 90), number('a longitude', -180, 180)], {
          error: 'a list of latitude and longitude, such as [ 50.11, 8.68 ]',
        })
        .describe('Latitude and longitude in degrees; north and east are positive.'),
      title: text('text on one line')
        .optional()
        .describe('Name for people. Default: the name of the region.'),
      monitor: reference('the name of a monitor')
        .optional()
        .describe('What checks the region as a whole, at `probe`: while it is down, all its endpoints are.'),
      probe: probePlace()
        .optional()
        .describe('Where `monitor` checks the region: address, or address and port.'),
    },
    { error: 'a mapping with `location`' },
  )
  .describe('A place with coordinates.');

export function resolveRegion(
  name: string,
  input: z.output<typeof regionSchema>,
  monitors: Named<Monitor>,
  findings: Findings,
): Region {
  const [latitude, longitude] = input.location;
  const check = resolveCheck(name, input, monitors, findings);
  return { name, title: input.title ?? name, latitude, longitude, check };
}

function resolveCheck(
  name: string,
  { monitor, probe }: z.output<typeof regionSchema>,
  monitors: Named<Monitor>,
  findings: Findings,
): Region['check'] {
  if (monitor === undefined && probe === undefined) return undefined;
  const path = ['regions', name];
  if (monitor === undefined || probe === undefined) {
    const [there, missing] = monitor === undefined ? ['probe', 'monitor'] : ['monitor', 'probe'];
    findings.error('CONFIG_MISSING', [...path, there!], `\`${there}\` needs \`${missing}\` beside it`);
    return undefined;
  }
  findings.reference('monitor', monitor, monitors, [...path, 'monitor']);
  const by = monitors.get(monitor)?.item;
  if (by === undefined) return undefined;
  const paths = { whole: path, place: [...path, 'probe'] };
  tellUncheckable(`region ${showName(name)}`, probe, by, paths, findings);
  return { monitor: by, probe };
}
