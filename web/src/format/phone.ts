/** A country that a number may be dialled in: its code, and how the national part is grouped where that is simple. */
export interface Country {
  iso: string;
  name: string;
  code: string;
}

/** Countries of the keypad, by name. Any other is dialled by typing `+` and its code. */
export const COUNTRIES: readonly Country[] = [
  { iso: "AR", name: "Argentina", code: "54" },
  { iso: "AU", name: "Australia", code: "61" },
  { iso: "AT", name: "Austria", code: "43" },
  { iso: "BE", name: "Belgium", code: "32" },
  { iso: "BR", name: "Brazil", code: "55" },
  { iso: "CA", name: "Canada", code: "1" },
  { iso: "CL", name: "Chile", code: "56" },
  { iso: "CO", name: "Colombia", code: "57" },
  { iso: "CZ", name: "Czechia", code: "420" },
  { iso: "DK", name: "Denmark", code: "45" },
  { iso: "FI", name: "Finland", code: "358" },
  { iso: "FR", name: "France", code: "33" },
  { iso: "DE", name: "Germany", code: "49" },
  { iso: "GR", name: "Greece", code: "30" },
  { iso: "HK", name: "Hong Kong", code: "852" },
  { iso: "IN", name: "India", code: "91" },
  { iso: "IE", name: "Ireland", code: "353" },
  { iso: "IL", name: "Israel", code: "972" },
  { iso: "IT", name: "Italy", code: "39" },
  { iso: "JP", name: "Japan", code: "81" },
  { iso: "KE", name: "Kenya", code: "254" },
  { iso: "MX", name: "Mexico", code: "52" },
  { iso: "NL", name: "Netherlands", code: "31" },
  { iso: "NZ", name: "New Zealand", code: "64" },
  { iso: "NG", name: "Nigeria", code: "234" },
  { iso: "NO", name: "Norway", code: "47" },
  { iso: "PK", name: "Pakistan", code: "92" },
  { iso: "PH", name: "Philippines", code: "63" },
  { iso: "PL", name: "Poland", code: "48" },
  { iso: "PT", name: "Portugal", code: "351" },
  { iso: "SG", name: "Singapore", code: "65" },
  { iso: "ZA", name: "South Africa", code: "27" },
  { iso: "KR", name: "South Korea", code: "82" },
  { iso: "ES", name: "Spain", code: "34" },
  { iso: "SE", name: "Sweden", code: "46" },
  { iso: "CH", name: "Switzerland", code: "41" },
  { iso: "TR", name: "Türkiye", code: "90" },
  { iso: "UA", name: "Ukraine", code: "380" },
  { iso: "AE", name: "United Arab Emirates", code: "971" },
  { iso: "GB", name: "United Kingdom", code: "44" },
  { iso: "US", name: "United States", code: "1" },
];

/** `+15045550100` is `+1 504 555 0100`; anything that is not in E.164 form is shown as it is. */
export function phone(number: string | null | undefined): string {
  if (!number) return "";
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  if (american) return `+1 ${american[1]} ${american[2]} ${american[3]}`;
  return number.replace(/^client:/, "");
}

/** What was typed on the keypad as E.164: with the country's code before it, unless it brings its own. */
export function dialled(typed: string, country: Country): string {
  const kept = typed.replace(/[^\d+]/g, "");
  if (kept.startsWith("+")) return kept;
  if (kept.startsWith("00")) return `+${kept.slice(2)}`;
  // The 0 before a national number is not dialled from abroad; Italy keeps it.
  const national = country.iso === "IT" ? kept : kept.replace(/^0/, "");
  return `+${country.code}${national}`;
}

/** Whether it has the form of an E.164 number. Whether anybody has it, the network finds out. */
export function isE164(number: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(number);
}
