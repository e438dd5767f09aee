/** Elements that the browser activates with the space bar. */
const PRESSED_BY_SPACE =
  "button, a[href], summary, [role=button], [role=tab], [role=switch], [role=checkbox]";

/** The subset of a keyboard event in use. */
export interface KeyPress {
  /** Whether the event is a repeat of a held key. */
  repeat: boolean;
  target: unknown;
  preventDefault(): void;
}

/** Ignores repeats of a held key, which would run through the whole queue. */
export function once(act: () => void): (press: Pick<KeyPress, "repeat">) => void {
  return ({ repeat }) => {
    if (!repeat) act();
  };
}

/**
 * Toggles playback on the space bar; `toggle` is null without a recording. On buttons and links, or without a recording,
 * the browser's default applies, so register the hotkey with `preventDefault: false`.
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
