import { useEffect, useState } from "react";

/** The present moment, again each `ms`; null does not move. */
export function useNow(ms: number | null): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (ms === null) return;
    const timer = window.setInterval(() => setNow(new Date()), ms);
    return () => window.clearInterval(timer);
  }, [ms]);
  return now;
}
