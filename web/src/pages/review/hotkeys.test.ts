import { expect, it, vi } from "vitest";
import { once, spaceBar } from "./hotkeys";

/** An element that is, or is not, in something that one presses. */
const element = (isControl: boolean) => ({ closest: () => (isControl ? {} : null) });

function press(of: { repeat?: boolean; target?: unknown } = {}) {
  return { repeat: false, target: null, preventDefault: vi.fn(), ...of };
}

it("a key that is held down acts once", () => {
  const act = vi.fn();
  const key = once(act);
  key(press());
  key(press({ repeat: true }));
  key(press({ repeat: true }));
  expect(act).toHaveBeenCalledOnce();
});

it("the space bar plays, and does not scroll", () => {
  const toggle = vi.fn();
  const space = press({ target: element(false) });
  spaceBar(toggle)(space);
  expect(toggle).toHaveBeenCalledOnce();
  expect(space.preventDefault).toHaveBeenCalledOnce();
});

it("a space bar that is held down plays once, and does not scroll either", () => {
  const toggle = vi.fn();
  const space = press({ repeat: true });
  spaceBar(toggle)(space);
  expect(toggle).not.toHaveBeenCalled();
  expect(space.preventDefault).toHaveBeenCalledOnce();
});

it("on a button the space bar is the button's", () => {
  const toggle = vi.fn();
  const space = press({ target: element(true) });
  spaceBar(toggle)(space);
  expect(toggle).not.toHaveBeenCalled();
  expect(space.preventDefault).not.toHaveBeenCalled();
});

it("without sound the space bar is the browser's", () => {
  const space = press();
  spaceBar(null)(space);
  expect(space.preventDefault).not.toHaveBeenCalled();
});
