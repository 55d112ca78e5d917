import { limits } from '../../runtime/limits.ts';
import { type Findings, type Named, undefinedName } from '../findings.ts';
import type { OwnerTable } from '../policy-model.ts';
import { showName, showValue } from '../wording.ts';
import { readCsv } from './csv.ts';
import type { NamedText } from './named-text.ts';

const shape = { columns: ['key', 'region'], optional: [], maxRows: limits.ownerKeys };

/** What may stand as one label of a name: printable ASCII; others are written as in the DNS (`xn--…`). */
const keyPattern = new RegExp(`^[!-~]{1,${limits.labelBytes}}$`);

/** Owners from `key,region`: each key once, in lower case. */
export function readOwnerTable(source: NamedText, regions: Named<unknown>, findings: Findings): OwnerTable {
  const owners = new Map<string, number>();
  readCsv(source, shape, findings, ({ fields, fault }) => {
    const [text, name] = fields as [string, string];
    const key = text.toLowerCase();
    const region = regions.get(name)?.index;
    if (!keyPattern.test(text) || text.includes('.')) {
      const wanted = `wanted one label of 1 to ${limits.labelBytes} ASCII characters without a dot`;
      fault(0, 'CONFIG_VALUE', () => `key ${showValue(text)}: ${wanted}`);
    } else if (owners.has(key)) {
      fault(0, 'CONFIG_DUPLICATE', () => `key ${showName(key)} has an owner already`);
    }
    if (region === undefined) fault(1, 'CONFIG_REFERENCE', () => undefinedName('region', name, regions));
    owners.set(key, region ?? 0);
  });
  return { owners };
}
