/** Which key presses count while calls are reviewed. Pure. */

/** What acts on the space bar by itself. */
const PRESSED_BY_SPACE =
  "button, a[href], summary, [role=button], [role=tab], [role=switch], [role=checkbox]";

/** The part of a keyboard event that is asked for. */
export interface KeyPress {
  /** Whether the key is held down, and the browser says it again. */
  repeat: boolean;
  target: unknown;
  preventDefault(): void;
}

/** A key that is held down acts once: else it would go through a whole queue. */
export function once(act: () => void): (press: Pick<KeyPress, "repeat">) => void {
  return ({ repeat }) => {
    if (!repeat) act();
  };
}

/**
 * The space bar, where it plays and pauses: `toggle` is null where there is no sound. It stays the browser's own on buttons
 * and links, and scrolls where nothing can be heard. For a handler that has the browser go on by itself.
 */
export function spaceBar(toggle: (() => void) | null): (press: KeyPress) => void {
  return (press) => {
    if (!toggle || isPressedBySpace(press.target)) return;
    press.preventDefault();
    if (!press.repeat) toggle();
  };
}

function isPressedBySpace(target: unknown): boolean {
  const { closest } = (target ?? {}) as Partial<Pick<Element, "closest">>;
  return closest !== undefined && closest.call(target as Element, PRESSED_BY_SPACE) !== null;
}
