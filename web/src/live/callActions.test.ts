import { expect, it, vi } from "vitest";

vi.mock("../api/client", () => ({ api: {} }));
const { ringsOwnPhone } = await import("./callActions");

it("listen, take over and accept ring the user's own phone", () => {
  expect(ringsOwnPhone({ do: "listen" })).toBe(true);
  expect(ringsOwnPhone({ do: "take_over" })).toBe(true);
  expect(ringsOwnPhone({ do: "answer", answer: "accept" })).toBe(true);
});

it("actions for another user do not ring the user's own phone", () => {
  expect(ringsOwnPhone({ do: "take_over", user: "user_1" })).toBe(false);
  expect(ringsOwnPhone({ do: "answer", answer: "decline" })).toBe(false);
  expect(ringsOwnPhone({ do: "transfer", to: "user_1" })).toBe(false);
});
