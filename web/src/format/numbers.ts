const countFormat = new Intl.NumberFormat();
const shareFormat = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });

export function count(value: number): string {
  return countFormat.format(value);
}

/** 0.256 is `26%`. */
export function share(value: number): string {
  return shareFormat.format(value);
}

/** How much more or less than before, as a share of before; null where before was nothing. */
export function change(now: number, before: number): number | null {
  return before === 0 ? null : (now - before) / before;
}

/** `+12%`, `-3%`, `±0%`. */
export function changeText(value: number): string {
  const rounded = Math.round(value * 100);
  if (rounded === 0) return "±0%";
  return `${rounded > 0 ? "+" : "−"}${Math.abs(rounded)}%`;
}

/** Millionths of a currency, as money: prices of a call are fractions of a cent. */
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

/** `12 B`, `3.4 MB`. */
export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`;
  if (size < 1_000_000) return `${(size / 1_000).toFixed(1)} kB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}
