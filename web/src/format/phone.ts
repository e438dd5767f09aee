/** A country of the keypad, with its calling code. */
export interface Country {
  iso: string;
  name: string;
  code: string;
}

/** Countries of the keypad, sorted by name. For any other country, type `+` and its calling code. */
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

/**
 * What telephone networks send in place of a withheld number: these numbers spell "anonymous", "restricted" and the like
 * on a keypad, and no person answers them. <https://help.twilio.com/articles/223179988>
 */
const WITHHELD = new Set([
  "+266696687",
  "+86282452253",
  "+7378742833",
  "+17378742833",
  "+2562533",
  "+8566",
  "+8656696",
  "+464",
  "anonymous",
  "restricted",
  "unavailable",
  "unknown",
]);

/** Whether the caller withheld their number. */
export function isWithheld(number: string): boolean {
  return WITHHELD.has(number.toLowerCase());
}

/** Whether the number can be called and identifies a person. */
export function isCallable(number: string | null | undefined): number is string {
  return number?.startsWith("+") === true && !isWithheld(number);
}

/** Formats `+15045550100` as `+1 504 555 0100`; a withheld number is said to be withheld, other numbers are returned unchanged, client names without `client:`. */
export function phone(number: string | null | undefined): string {
  if (!number) return "";
  if (isWithheld(number)) return "Number withheld";
  const nanp = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  if (nanp) return `+1 ${nanp[1]} ${nanp[2]} ${nanp[3]}`;
  return number.replace(/^client:/, "");
}

/** The typed number in E.164 form; the country code is added unless the number starts with `+` or `00`. */
export function toE164(typed: string, country: Country): string {
  const digits = typed.replace(/[^\d+]/g, "");
  if (digits.startsWith("+")) return digits;
  if (digits.startsWith("00")) return `+${digits.slice(2)}`;
  // The trunk prefix 0 is dropped in international form, except in Italy.
  const national = country.iso === "IT" ? digits : digits.replace(/^0/, "");
  return `+${country.code}${national}`;
}

/** Whether the number has E.164 form; not whether it exists. */
export function isE164(number: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(number);
}
