import { expect, it, vi } from "vitest";
import { once, spaceBar } from "./hotkeys";

/** An element inside or outside a control. */
const element = (isControl: boolean) => ({ closest: () => (isControl ? {} : null) });

function press(of: { repeat?: boolean; target?: unknown } = {}) {
  return { repeat: false, target: null, preventDefault: vi.fn(), ...of };
}

it("a held key acts once", () => {
  const act = vi.fn();
  const key = once(act);
  key(press());
  key(press({ repeat: true }));
  key(press({ repeat: true }));
  expect(act).toHaveBeenCalledOnce();
});

it("the space bar toggles playback and does not scroll", () => {
  const toggle = vi.fn();
  const space = press({ target: element(false) });
  spaceBar(toggle)(space);
  expect(toggle).toHaveBeenCalledOnce();
  expect(space.preventDefault).toHaveBeenCalledOnce();
});

it("a held space bar does not toggle again and does not scroll", () => {
  const toggle = vi.fn();
  const space = press({ repeat: true });
  spaceBar(toggle)(space);
  expect(toggle).not.toHaveBeenCalled();
  expect(space.preventDefault).toHaveBeenCalledOnce();
});

it("the space bar on a button is left to the button", () => {
  const toggle = vi.fn();
  const space = press({ target: element(true) });
  spaceBar(toggle)(space);
  expect(toggle).not.toHaveBeenCalled();
  expect(space.preventDefault).not.toHaveBeenCalled();
});

it("the space bar without a recording is left to the browser", () => {
  const space = press();
  spaceBar(null)(space);
  expect(space.preventDefault).not.toHaveBeenCalled();
});
