import { type RefObject, useEffect } from "react";

/**
 * Moves the focus into an element when it opens, and back when it closes; to `opener` if the previously focused element is
 * gone. `mayTake` is false for what opens without user action (an incoming call): a key being typed could decline the call.
 */
export function useFocusInside(
  isOpen: boolean,
  mayTake: boolean,
  inside: RefObject<HTMLElement | null>,
  opener: RefObject<HTMLElement | null>,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only opening and closing move the focus
  useEffect(() => {
    if (!isOpen) return;
    const before = document.activeElement;
    if (mayTake) inside.current?.focus();
    return () => {
      // The user has moved the focus meanwhile.
      if (document.activeElement !== document.body) return;
      const canRestore = before instanceof HTMLElement && before !== document.body && before.isConnected;
      (canRestore ? before : opener.current)?.focus();
    };
  }, [isOpen]);
}
