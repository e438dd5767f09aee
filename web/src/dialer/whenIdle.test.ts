import { expect, it, vi } from "vitest";
import { type Clock, whenIdle } from "./whenIdle";

function clock(of: Partial<Clock> = {}): Clock {
  return { setTimeout: vi.fn(() => 7), clearTimeout: vi.fn(), ...of };
}

it("the browser says when it is idle", () => {
  const cancelIdleCallback = vi.fn();
  const run = vi.fn();
  const browser = clock({ requestIdleCallback: vi.fn(() => 3), cancelIdleCallback });
  const callOff = whenIdle(browser, run);
  expect(browser.requestIdleCallback).toHaveBeenCalledExactlyOnceWith(run, expect.anything());
  expect(browser.setTimeout).not.toHaveBeenCalled();
  callOff();
  expect(cancelIdleCallback).toHaveBeenCalledExactlyOnceWith(3);
});

it("where it does not say so, it is done a little later", () => {
  const run = vi.fn();
  const browser = clock();
  const callOff = whenIdle(browser, run);
  expect(browser.setTimeout).toHaveBeenCalledExactlyOnceWith(run, expect.any(Number));
  callOff();
  expect(browser.clearTimeout).toHaveBeenCalledExactlyOnceWith(7);
});
