import { Gauge, type Registry } from 'prom-client';

export interface GeoAgeSource {
  databases(): readonly { readonly name: string; readonly buildEpochSeconds: number }[];
  nowSeconds(): number;
}

/** Age is told, not the time of building: an alert compares it with a number of days. */
export function registerGeoAge(registry: Registry, source: GeoAgeSource): void {
  new Gauge({
    name: 'meridian_geo_database_age_seconds',
    help: 'Time since the geo database in use was built.',
    labelNames: ['database'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, buildEpochSeconds } of source.databases()) {
        this.set({ database: name }, Math.round(source.nowSeconds() - buildEpochSeconds));
      }
    },
  });
}
