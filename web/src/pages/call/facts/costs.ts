import { isUnreadable } from "../../../api/events";
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
    if (isUnreadable(event) || event.type !== "CostIncurred") continue;
    const { item, quantity, unit, currency, amount_micros: amountMicros, provisional } = event.data;
    const key = `${item} ${unit} ${currency}`;
    const before = costs.get(key);
    costs.set(key, {
      item,
      unit,
      currency,
      quantity: (before?.quantity ?? 0) + quantity,
      amountMicros: (before?.amountMicros ?? 0) + amountMicros,
      provisional: before?.provisional || provisional,
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
