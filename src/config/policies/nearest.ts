import { z } from 'zod';
import { policyKeys } from './base.ts';

export const nearestSchema = z
  .strictObject({
    type: z.literal('nearest').describe('Answers with the healthy region nearest to the client.'),
    ...policyKeys,
  })
  .describe('The nearest healthy region.');
