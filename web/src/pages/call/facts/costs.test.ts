import { expect, it } from "vitest";
import { historyEvent } from "../../../feed/testMessages";
import { costsOf, totals } from "./costs";

const cost = (item: string, amount: number, currency = "USD", provisional = false) =>
  historyEvent("CostIncurred", {
    item,
    quantity: 1,
    unit: "minute",
    amount_micros: amount,
    currency,
    provisional,
  });

it("costs are summed per item, most expensive first", () => {
  const costs = costsOf([cost("tokens", 5), cost("minutes", 10), cost("tokens", 20, "USD", true)]);
  expect(costs.map(({ item, amountMicros, quantity }) => [item, amountMicros, quantity])).toEqual([
    ["tokens", 25, 2],
    ["minutes", 10, 1],
  ]);
  expect(costs[0]?.provisional).toBe(true);
});

it("currencies are totaled separately", () => {
  expect(totals(costsOf([cost("a", 1, "USD"), cost("b", 2, "EUR"), cost("c", 3, "USD")]))).toEqual([
    ["USD", 4],
    ["EUR", 2],
  ]);
});
