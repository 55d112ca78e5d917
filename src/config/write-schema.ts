import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configJsonSchema } from './schema.ts';

/** `npm run schema`: brings the file that editors read up to date. */
const file = resolve(import.meta.dirname, '../../config/meridian.schema.json');
writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
