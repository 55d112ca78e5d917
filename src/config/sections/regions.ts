import { z } from 'zod';
import type { Region } from '../model.ts';
import { number, text } from '../values.ts';

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
    },
    { error: 'a mapping with `location`' },
  )
  .describe('A place with coordinates.');

export function resolveRegion(name: string, input: z.output<typeof regionSchema>): Region {
  return { name, title: input.title ?? name, latitude: input.location[0], longitude: input.location[1] };
}
