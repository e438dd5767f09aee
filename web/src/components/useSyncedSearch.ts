import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";

/** How long typing must pause before the search is reported, in milliseconds. */
const DEBOUNCE_MS = 300;

/** Values that the field has reported and the page has not replaced yet, the latest last. */
export type Reported = readonly string[];

export function report(reported: Reported, text: string): Reported {
  return [...reported, text.trim()];
}

/**
 * Compares a value of the page with the reported ones. Returns the values that are still outstanding, or null if the value
 * was not reported by the field (a link, the browser's back button): the field must then show it.
 */
export function acknowledge(reported: Reported, value: string): Reported | null {
  const index = reported.indexOf(value.trim());
  return index < 0 ? null : reported.slice(index);
}

/**
 * The text of a search field and its setter, kept in sync with the page's search `value`. The field reports its text once
 * typing pauses; the page's value follows later and must not overwrite what was typed since.
 */
export function useSyncedSearch(
  value: string,
  onChange: (value: string) => void,
): [text: string, setText: (text: string) => void] {
  const [typed, setTyped] = useState(value);
  const reported = useRef<Reported>([value]);
  const debounced = useDebouncedCallback((text: string) => {
    reported.current = report(reported.current, text);
    onChange(text);
  }, DEBOUNCE_MS);
  useEffect(() => {
    const outstanding = acknowledge(reported.current, value);
    reported.current = outstanding ?? [value];
    if (outstanding) return;
    debounced.cancel();
    setTyped(value);
  }, [value, debounced]);
  const change = (text: string) => {
    setTyped(text);
    debounced(text);
  };
  return [typed, change];
}
