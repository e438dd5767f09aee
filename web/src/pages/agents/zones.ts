/** Time zones of one region; labels include the UTC offset. */
export interface ZoneGroup {
  group: string;
  items: { value: string; label: string }[];
}

/** Zone names that browsers still list by their old IANA spelling. */
const RENAMED: Record<string, string> = {
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Godthab": "America/Nuuk",
  "America/Indianapolis": "America/Indiana/Indianapolis",
  "America/Louisville": "America/Kentucky/Louisville",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
};

/** The offset of a zone at a time, such as `UTC−05:00`; it changes with daylight saving. */
export function utcOffset(timeZone: string, at: Date): string {
  const name = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" })
    .formatToParts(at)
    .find((part) => part.type === "timeZoneName")?.value;
  if (!name || /^GMT(\+00:00)?$/.test(name)) return "UTC±00:00";
  return name.replace("GMT", "UTC").replace("-", "−");
}

/** Every zone that the browser lists, grouped by region, plus UTC and `always`. */
export function zoneGroups(at: Date, always: string): ZoneGroup[] {
  const known = Intl.supportedValuesOf("timeZone").map((zone) => RENAMED[zone] ?? zone);
  const zones = [...new Set([...known, "UTC", always])].filter(isZone).sort();
  const groups = new Map<string, ZoneGroup>();
  for (const value of zones) {
    const [region, ...place] = value.split("/");
    const name = place.length > 0 ? (region as string) : "Other";
    const group = groups.get(name) ?? { group: name, items: [] };
    const city = (place.length > 0 ? place.join(", ") : value).replaceAll("_", " ");
    group.items.push({ value, label: `${city} (${utcOffset(value, at)})` });
    groups.set(name, group);
  }
  return [...groups.values()].sort((a, b) => a.group.localeCompare(b.group));
}

/** The browser's own time zone. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function isZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone });
    return true;
  } catch {
    return false;
  }
}
