import type { Coordinates } from './distance.ts';

/**
 * The centre of each country for databases that know no finer place: the mean of where its IPv4 addresses are,
 * by the city data that we bundle, to a tenth of a degree. It lies where people are (Russia: the Volga), which is
 * what a ranking of regions needs; a centre of area would not.
 */
const table = `
  AD 42.5 1.5, AE 24.9 55, AF 34.5 68.7, AG 17.1 -61.8, AI 18.2 -63.1, AL 41.2 19.9, AM 40.2 44.5,
  AO -8.9 13.3, AQ -77.8 166.7, AR -34.3 -59.8, AS -14.3 -170.7, AT 48 15.6, AU -33.9 147.4, AW 12.5 -70,
  AX 60.1 19.9, AZ 40.4 49.8, BA 44.2 18.1, BB 13.1 -59.6, BD 23.8 90.4, BE 50.9 4.4, BF 12.3 -1.6,
  BG 42.7 24.4, BH 26.2 50.6, BI -3.4 29.4, BJ 6.5 2.5, BL 17.9 -62.8, BM 32.3 -64.8, BN 4.8 114.7,
  BO -17.1 -66.7, BQ 12.6 -67.9, BR -21.3 -47, BS 25.1 -77.4, BT 27.4 89.7, BV -54.4 3.3, BW -24.4 25.9,
  BY 53.8 27.9, BZ 17.3 -88.4, CA 47.2 -82.2, CC -12.2 96.8, CD -4.7 16.9, CF 4.4 18.5, CG -4.2 15.1,
  CH 47.1 7.8, CI 5.4 -4.1, CK -20.9 -159.7, CL -33.6 -70.9, CM 4.1 10.5, CN 33.6 115.6, CO 5.3 -74.5,
  CR 10 -84.2, CU 23 -82.1, CV 15.7 -23.6, CW 12.1 -68.9, CX -10.5 105.7, CY 35.1 33.3, CZ 49.9 15.1,
  DE 50.3 9.5, DJ 11.8 42.7, DK 56 11.1, DM 15.3 -61.4, DO 18.7 -70.1, DZ 36 3.3, EC -1.3 -79.1,
  EE 59.4 24.9, EG 30.1 31.2, EH 24.5 -13.5, ER 15.3 38.9, ES 40.1 -3.3, ET 9 38.8, FI 60.7 24.9,
  FJ -18.1 178.4, FK -51.7 -57.9, FM 7.2 156.5, FO 62 -6.8, FR 48 2.6, GA 0.4 9.5, GB 51.8 -0.5,
  GD 12.1 -61.7, GE 41.7 44.7, GF 4.9 -52.4, GG 49.5 -2.5, GH 5.6 -0.2, GI 36.1 -5.4, GL 64.6 -51.6,
  GM 13.4 -16.7, GN 9.5 -13.6, GP 16.2 -61.6, GQ 3.2 9.2, GR 38.3 23.6, GS -54.3 -36.5, GT 14.6 -90.6,
  GU 13.5 144.8, GW 11.9 -15.5, GY 6.8 -58.2, HK 22.3 114.2, HM -53.1 73.5, HN 14.5 -87.4, HR 45.5 16.1,
  HT 18.5 -72.3, HU 47.4 19.1, ID -6 107.6, IE 53.3 -6.5, IL 32.1 34.9, IM 54.2 -4.5, IN 20.4 76.6,
  IO -7.3 72.4, IQ 33.8 44.5, IR 35.2 51.4, IS 64.2 -21.8, IT 43.9 10.9, JE 49.2 -2.1, JM 18.1 -77,
  JO 31.9 35.9, JP 35.6 139.1, KE -1.3 36.8, KG 42.7 74.5, KH 11.7 104.8, KI 1.3 174.8, KM -11.7 43.3,
  KN 17.3 -62.7, KP 39.1 125.8, KR 37.2 127.1, KW 29.4 48, KY 19.3 -81.4, KZ 46.1 73.7, LA 18 102.8,
  LB 33.9 35.5, LC 14 -61, LI 47.2 9.5, LK 7 80, LR 6.3 -10.8, LS -29.3 27.6, LT 54.8 25, LU 49.6 6.1,
  LV 57 24.1, LY 32.7 13.9, MA 33.7 -7, MC 43.7 7.4, MD 47 28.9, ME 42.4 19.2, MF 18.1 -63.1,
  MG -18.8 47.5, MH 7.1 171.2, MK 41.9 21.5, ML 12.6 -8, MM 17.9 96.3, MN 47.9 106.7, MO 22.2 113.6,
  MP 15.2 145.7, MQ 14.6 -61, MR 18.2 -15.7, MS 16.7 -62.2, MT 35.9 14.5, MU -20.2 57.5, MV 4.2 73.5,
  MW -14.6 34.2, MX 21.2 -100.3, MY 3.1 102.1, MZ -25.2 33, NA -22.6 17, NC -22.2 166.4, NE 13.5 2.4,
  NF -29.1 168, NG 6.8 4, NI 12.2 -86.2, NL 52.2 5.1, NO 60.4 10.1, NP 27.7 85.1, NR -0.5 166.9,
  NU -19.1 -169.9, NZ -38.4 174.6, OM 23.5 58.2, PA 8.9 -79.7, PE -11.9 -76.9, PF -17.5 -149.5,
  PG -8.3 146.7, PH 14.2 121.3, PK 30.8 71.5, PL 52 19.9, PM 46.8 -56.2, PN -25.1 -130.1, PR 18.4 -66.2,
  PS 32 35.1, PT 39.4 -9.2, PW 7.4 134.6, PY -25.3 -57.2, QA 25.3 51.5, RE -21 55.4, RO 45.1 25.7,
  RS 44.7 20.5, RU 57.2 48.4, RW -1.9 30.1, SA 24.6 45.9, SB -9.4 160, SC -4.6 55.5, SD 15.6 32.6,
  SE 59.1 16.5, SG 1.3 103.8, SH -15.9 -5.7, SI 46.1 14.6, SJ 78.2 15.6, SK 48.4 18.2, SL 8.5 -13.2,
  SM 44 12.5, SN 14.7 -17.3, SO 4.8 45.1, SR 5.8 -55.2, SS 4.9 31.6, ST 0.3 6.7, SV 13.7 -89.2,
  SX 18 -63.1, SY 33.8 36.4, SZ -26.4 31.2, TC 21.8 -72.2, TD 12.1 15.2, TF -49.3 69.6, TG 6.3 1.2,
  TH 13.8 100.6, TJ 38.7 68.8, TK -9.3 -171.4, TL -8.6 125.5, TM 37.9 58.7, TN 36.7 10.2,
  TO -21.1 -175.2, TR 40.1 30.9, TT 10.6 -61.5, TV -8.5 179.2, TW 24.9 121.4, TZ -6.6 38.7, UA 49.9 30.7,
  UG 0.3 32.5, UM 19.3 166.6, US 39.6 -89.7, UY -34.5 -56.1, UZ 41.2 69.2, VA 41.9 12.5, VC 13.1 -61.2,
  VE 10.2 -67.7, VG 18.4 -64.6, VI 18.3 -64.9, VN 18.8 106.1, VU -17.7 168.3, WF -13.3 -176.2,
  WS -13.8 -171.8, XK 42.6 21.1, YE 15.1 44.4, YT -12.8 45.2, ZA -28.7 25.7, ZM -15.4 28.3,
  ZW -18.1 30.7
`;

const centres = new Map<number, Coordinates>(
  table.split(',').map((entry) => {
    const [code, latitude, longitude] = entry.trim().split(' ');
    const key = (code!.charCodeAt(0) << 8) | code!.charCodeAt(1);
    return [key, { latitude: Number(latitude), longitude: Number(longitude) }];
  }),
);

/** The centre of the country whose two-letter code is these two ASCII bytes, first letter in the upper one. */
export function countryCentre(code: number): Coordinates | undefined {
  return centres.get(code);
}
