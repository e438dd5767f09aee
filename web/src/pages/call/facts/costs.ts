import type { HistoryEvent } from "../../../api/types";

/** The cost of one item in a call. */
export interface Cost {
  item: string;
  quantity: number;
  unit: string;
  amountMicros: number;
  currency: string;
  /** Whether any part is an estimate. */
  provisional: boolean;
}

/** Sums the call's `CostIncurred` events by item, unit and currency. */
export function costsOf(events: readonly HistoryEvent[]): Cost[] {
  const costs = new Map<string, Cost>();
  for (const event of events) {
    if (event.type !== "CostIncurred") continue;
    const data = event.data as Record<string, unknown>;
    const [item, unit, currency] = [data.item, data.unit, data.currency].map(String) as [
      string,
      string,
      string,
    ];
    const key = `${item} ${unit} ${currency}`;
    const before = costs.get(key) ?? {
      item,
      quantity: 0,
      unit,
      amountMicros: 0,
      currency,
      provisional: false,
    };
    costs.set(key, {
      ...before,
      quantity: before.quantity + Number(data.quantity),
      amountMicros: before.amountMicros + Number(data.amount_micros),
      provisional: before.provisional || data.provisional === true,
    });
  }
  return [...costs.values()].sort((a, b) => b.amountMicros - a.amountMicros);
}

/** The total cost by currency. */
export function totals(costs: readonly Cost[]): [currency: string, amountMicros: number][] {
  const sums = new Map<string, number>();
  for (const cost of costs) sums.set(cost.currency, (sums.get(cost.currency) ?? 0) + cost.amountMicros);
  return [...sums];
}
