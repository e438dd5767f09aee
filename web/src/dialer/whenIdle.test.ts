import { expect, it, vi } from "vitest";
import { type Clock, whenIdle } from "./whenIdle";

function clock(of: Partial<Clock> = {}): Clock {
  return { setTimeout: vi.fn(() => 7), clearTimeout: vi.fn(), ...of };
}

it("uses requestIdleCallback if the browser has it", () => {
  const cancelIdleCallback = vi.fn();
  const run = vi.fn();
  const browser = clock({ requestIdleCallback: vi.fn(() => 3), cancelIdleCallback });
  const cancel = whenIdle(browser, run);
  expect(browser.requestIdleCallback).toHaveBeenCalledExactlyOnceWith(run, expect.anything());
  expect(browser.setTimeout).not.toHaveBeenCalled();
  cancel();
  expect(cancelIdleCallback).toHaveBeenCalledExactlyOnceWith(3);
});

it("uses a timeout if the browser has no requestIdleCallback", () => {
  const run = vi.fn();
  const browser = clock();
  const cancel = whenIdle(browser, run);
  expect(browser.setTimeout).toHaveBeenCalledExactlyOnceWith(run, expect.any(Number));
  cancel();
  expect(browser.clearTimeout).toHaveBeenCalledExactlyOnceWith(7);
});
