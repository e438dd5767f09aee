const countFormat = new Intl.NumberFormat();
const shareFormat = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });

export function count(value: number): string {
  return countFormat.format(value);
}

/** Formats 0.256 as `26%`. */
export function share(value: number): string {
  return shareFormat.format(value);
}

/** The relative change from `before` to `now`; null if `before` is 0. */
export function change(now: number, before: number): number | null {
  return before === 0 ? null : (now - before) / before;
}

/** Formats a relative change: `+12%`, `−3%`, `±0%`. */
export function changeText(value: number): string {
  const rounded = Math.round(value * 100);
  if (rounded === 0) return "±0%";
  return `${rounded > 0 ? "+" : "−"}${Math.abs(rounded)}%`;
}

/** Formats millionths of a currency unit, with four decimals below 1: the costs of a call are fractions of a cent. */
export function money(micros: number, currency: string): string {
  const amount = micros / 1_000_000;
  const digits = Math.abs(amount) < 1 ? 4 : 2;
  try {
    return new Intl.NumberFormat(undefined, {
      style: "currency",
      currency,
      minimumFractionDigits: 2,
      maximumFractionDigits: digits,
    }).format(amount);
  } catch {
    return `${amount.toFixed(digits)} ${currency}`;
  }
}

/** Formats a size: `12 B`, `3.4 MB`. */
export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`;
  if (size < 1_000_000) return `${(size / 1_000).toFixed(1)} kB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}
