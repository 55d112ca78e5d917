/**
 * ISO 3166-2 codes for the names that DB-IP gives to the first level below the country, by country. A name may stand
 * in several spellings: its data have them all. Names of places that ISO gives no code in that country are left out.
 */
const table: Readonly<Record<string, string>> = {
  AU: `ACT ACT, ACT Australian Capital Territory, NSW New South Wales, NT Northern Territory, QLD Queensland,
    SA South Australia, TAS Tasmania, VIC Victoria, WA Western Australia`,
  BR: `AC Acre, AL Alagoas, AM Amazonas, AP Amapa, BA Bahia, CE Ceara, DF Federal District, DF Distrito Federal,
    ES Espirito Santo, GO Goias, MA Maranhao, MG Minas Gerais, MS Mato Grosso do Sul, MT Mato Grosso, PA Para,
    PB Paraiba, PE Pernambuco, PI Piaui, PR Parana, RJ Rio de Janeiro, RN Rio Grande do Norte, RO Rondonia,
    RR Roraima, RS Rio Grande do Sul, SC Santa Catarina, SE Sergipe, SP Sao Paulo, TO Tocantins`,
  CA: `AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador,
    NS Nova Scotia, NT Northwest Territories, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Quebec,
    SK Saskatchewan, YT Yukon`,
  CN: `AH Anhui, BJ Beijing, CQ Chongqing, FJ Fujian, GD Guangdong, GS Gansu, GX Guangxi, GZ Guizhou, HA Henan,
    HB Hubei, HE Hebei, HI Hainan, HL Heilongjiang, HN Hunan, JL Jilin, JS Jiangsu, JX Jiangxi, LN Liaoning,
    NM Inner Mongolia, NX Ningxia, QH Qinghai, SC Sichuan, SD Shandong, SH Shanghai, SN Shaanxi, SX Shanxi,
    TJ Tianjin, XJ Xinjiang, XZ Tibet, YN Yunnan, ZJ Zhejiang`,
  DE: `BB Brandenburg, BE Berlin, BE State of Berlin, BW Baden-Wurttemberg, BY Bavaria, HB Bremen,
    HB City state Bremen, HB Free Hanseatic City of Bremen, HE Hesse, HH Hamburg,
    HH Free and Hanseatic City of Hamburg, MV Mecklenburg-Vorpommern, NI Lower Saxony, NW North Rhine-Westphalia,
    RP Rheinland-Pfalz, RP Rhineland-Palatinate, SH Schleswig-Holstein, SL Saarland, SN Saxony, ST Saxony-Anhalt,
    TH Thuringia`,
  ES: `AN Andalusia, AR Aragon, AS Asturias, CB Cantabria, CE Ceuta, CL Castille and Leon, CL Castile and Leon,
    CM Castille-La Mancha, CM Castilla-La Mancha, CN Canary Islands, CT Catalonia, EX Extremadura, GA Galicia,
    IB Balearic Islands, MC Murcia, MD Madrid, ML Melilla, NC Navarre, PV Basque Country, RI La Rioja,
    VC Valencia`,
  FR: `20R Corsica, 971 Basse-Terre, 971 Grande-Terre, 971 Les Abymes, 972 Fort-de-France, 972 Le Marin,
    973 Cayenne, 974 Saint-Paul, ARA Auvergne-Rhone-Alpes, ARA Rhone-Alpes, ARA Auvergne,
    BFC Bourgogne-Franche-Comte, BFC Bourgogne, BRE Brittany, CVL Centre-Val de Loire, GES Grand Est,
    HDF Hauts-de-France, IDF Ile-de-France, MF Collectivity of Saint Martin, NAQ Nouvelle-Aquitaine,
    NAQ New Aquitaine, NC Province Nord, NOR Normandy, OCC Occitanie, PAC Provence-Alpes-Cote d'Azur,
    PAC Provence, PDL Pays de la Loire`,
  GB: 'ENG England, NIR Northern Ireland, SCT Scotland, WLS Wales',
  IN: `AN Andaman and Nicobar, AP Andhra Pradesh, AR Arunachal Pradesh, AS Assam, BR Bihar, CG Chhattisgarh,
    CH Chandigarh, DH Dadra and Nagar Haveli and Daman and Diu, DL Delhi, GA Goa, GJ Gujarat,
    HP Himachal Pradesh, HR Haryana, JH Jharkhand, JK Jammu and Kashmir, KA Karnataka, KL Kerala, LA Ladakh,
    LD Lakshadweep, MH Maharashtra, ML Meghalaya, MN Manipur, MP Madhya Pradesh, MZ Mizoram, NL Nagaland,
    OD Odisha, PB Punjab, PY Puducherry, RJ Rajasthan, SK Sikkim, TN Tamil Nadu, TR Tripura, TS Telangana,
    UK Uttarakhand, UP Uttar Pradesh, WB West Bengal`,
  IT: `21 Piedmont, 23 Aosta Valley, 25 Lombardy, 32 Trentino-Alto Adige, 34 Veneto, 36 Friuli Venezia Giulia,
    42 Liguria, 45 Emilia-Romagna, 52 Tuscany, 55 Umbria, 57 The Marches, 57 Marche, 62 Lazio, 65 Abruzzo,
    67 Molise, 72 Campania, 75 Apulia, 77 Basilicate, 77 Basilicata, 78 Calabria, 82 Sicily, 88 Sardinia`,
  JP: `01 Hokkaido, 02 Aomori, 03 Iwate, 04 Miyagi, 05 Akita, 06 Yamagata, 07 Fukushima, 08 Ibaraki, 09 Tochigi,
    10 Gunma, 11 Saitama, 12 Chiba, 13 Tokyo, 14 Kanagawa, 15 Niigata, 16 Toyama, 17 Ishikawa, 18 Fukui,
    19 Yamanashi, 20 Nagano, 21 Gifu, 22 Shizuoka, 23 Aichi, 24 Mie, 25 Shiga, 26 Kyoto, 27 Osaka, 28 Hyogo,
    29 Nara, 30 Wakayama, 31 Tottori, 32 Shimane, 33 Okayama, 34 Hiroshima, 35 Yamaguchi, 36 Tokushima,
    37 Kagawa, 38 Ehime, 39 Kochi, 40 Fukuoka, 41 Saga, 42 Nagasaki, 43 Kumamoto, 44 Oita, 45 Miyazaki,
    46 Kagoshima, 47 Okinawa`,
  MX: `AGU Aguascalientes, BCN Baja California, BCS Baja California Sur, CAM Campeche, CHH Chihuahua, CHP Chiapas,
    CMX Mexico City, COA Coahuila, COL Colima, DUR Durango, GRO Guerrero, GUA Guanajuato, HID Hidalgo,
    JAL Jalisco, MEX Mexico, MIC Michoacan, MOR Morelos, NAY Nayarit, NLE Nuevo Leon, OAX Oaxaca, PUE Puebla,
    QUE Queretaro, ROO Quintana Roo, SIN Sinaloa, SLP San Luis Potosi, SON Sonora, TAB Tabasco, TAM Tamaulipas,
    TLA Tlaxcala, VER Veracruz, YUC Yucatan, ZAC Zacatecas`,
  RU: `AD Adygeya Republic, AL Altai, ALT Altay Kray, AMU Amur Oblast, ARK Arkhangelskaya, ARK Arkhangelsk Oblast,
    AST Astrakhan Oblast, AST Astrakhan, BA Bashkortostan Republic, BEL Belgorod Oblast, BRY Bryansk Oblast,
    BU Buryatiya Republic, CE Chechnya, CHE Chelyabinsk, CHU Chukotka, CU Chuvash Republic, CU Chuvashia,
    DA Dagestan, IN Ingushetiya Republic, IRK Irkutsk Oblast, IVA Ivanovo Oblast, IVA Ivanovo, KAM Kamchatka,
    KB Kabardino-Balkariya Republic, KC Karachayevo-Cherkesiya Republic, KDA Krasnodar Krai, KDA Krasnodarskiy,
    KEM Kemerovo Oblast, KEM Kuzbass, KGD Kaliningrad Oblast, KGD Kaliningrad, KGN Kurgan Oblast,
    KHA Khabarovsk, KHM Khanty-Mansia, KIR Kirov Oblast, KIR Kirov, KK Khakasiya Republic, KL Kalmykiya Republic,
    KLU Kaluga Oblast, KLU Kaluga, KO Komi, KOS Kostroma Oblast, KR Karelia, KRS Kursk Oblast, KRS Kursk,
    KYA Krasnoyarsk Krai, KYA Krasnoyarskiy, LEN Leningradskaya Oblast, LIP Lipetsk Oblast, MAG Magadan Oblast,
    ME Mariy-El Republic, MO Mordoviya Republic, MOS Moscow Oblast, MOW Moscow, MUR Murmansk, NEN Nenets,
    NGR Novgorod Oblast, NIZ Nizhny Novgorod Oblast, NVS Novosibirsk Oblast, OMS Omsk Oblast, OMS Omsk,
    ORE Orenburg Oblast, ORL Oryol Oblast, ORL Orel Oblast, PER Perm Krai, PER Perm, PNZ Penza Oblast, PNZ Penza,
    PRI Primorye, PRI Primorskiy (Maritime) Kray, PSK Pskov Oblast, ROS Rostov, RYA Ryazan Oblast, SA Sakha,
    SAK Sakhalin Oblast, SAM Samara Oblast, SAR Saratov Oblast, SAR Saratovskaya Oblast,
    SE North Ossetia-Alania, SE North Ossetia, SMO Smolensk Oblast, SMO Smolenskaya Oblast, SMO Smolensk,
    SPE St.-Petersburg, STA Stavropol Kray, STA Stavropol Krai, SVE Sverdlovsk Oblast, SVE Sverdlovsk,
    TA Tatarstan Republic, TAM Tambov Oblast, TAM Tambov, TOM Tomsk Oblast, TUL Tula Oblast, TUL Tula,
    TVE Tver Oblast, TY Tyva Republic, TYU Tyumen Oblast, UD Udmurtiya Republic, ULY Ulyanovsk,
    VGG Volgograd Oblast, VLA Vladimir Oblast, VLA Vladimir, VLG Vologda Oblast, VLG Vologda,
    VOR Voronezh Oblast, VOR Voronezj, YAN Yamalo-Nenets, YAR Yaroslavl Oblast, YAR Jaroslavl,
    YEV Jewish Autonomous Oblast, ZAB Zabaykalskiy (Transbaikal) Kray, ZAB Transbaikal Territory`,
  US: `AK Alaska, AL Alabama, AR Arkansas, AZ Arizona, CA California, CO Colorado, CT Connecticut,
    DC District of Columbia, DE Delaware, FL Florida, GA Georgia, HI Hawaii, IA Iowa, ID Idaho, IL Illinois,
    IN Indiana, KS Kansas, KY Kentucky, LA Louisiana, MA Massachusetts, MD Maryland, ME Maine, MI Michigan,
    MN Minnesota, MO Missouri, MS Mississippi, MT Montana, NC North Carolina, ND North Dakota, NE Nebraska,
    NH New Hampshire, NJ New Jersey, NM New Mexico, NV Nevada, NY New York, OH Ohio, OK Oklahoma, OR Oregon,
    PA Pennsylvania, RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah,
    VA Virginia, VT Vermont, WA Washington, WI Wisconsin, WV West Virginia, WY Wyoming`,
};

const codes = new Map(
  Object.entries(table).map(([country, entries]) => {
    const pairs = entries.split(',').map((entry) => /^\s*(\S+)\s+(.+)$/s.exec(entry)!);
    return [country, new Map(pairs.map(([, code, name]) => [plain(name!), code!]))] as const;
  }),
);

/** The ISO 3166-2 code, without its country, of a subdivision by its English name. */
export function subdivisionCode(country: string, name: string): string | undefined {
  return codes.get(country)?.get(plain(name));
}

/** Whether a country is known to have a subdivision of this code. */
export function hasSubdivision(country: string, code: string): boolean {
  return [...(codes.get(country)?.values() ?? [])].includes(code);
}

/** Whether names of this country's subdivisions are known at all. */
export function knowsSubdivisions(country: string): boolean {
  return codes.has(country);
}

/** Letters and digits only: spellings differ in accents, apostrophes and dashes. */
function plain(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}
