import { type RefObject, useEffect } from "react";

/**
 * The focus goes into what was opened, and back where it was once it is closed; to `opener` where that has gone. `mayTake`:
 * what opens by itself (a call that comes in) takes the focus from nobody, whose next key might refuse it.
 */
export function useFocusInside(
  isOpen: boolean,
  mayTake: boolean,
  inside: RefObject<HTMLElement | null>,
  opener: RefObject<HTMLElement | null>,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the opening decides
  useEffect(() => {
    if (!isOpen) return;
    const before = document.activeElement;
    if (mayTake) inside.current?.focus();
    return () => {
      // Whoever has gone elsewhere meanwhile stays there.
      if (document.activeElement !== document.body) return;
      const isThere = before instanceof HTMLElement && before !== document.body && before.isConnected;
      (isThere ? before : opener.current)?.focus();
    };
  }, [isOpen]);
}
