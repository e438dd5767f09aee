import type { ErrorComponentProps } from "@tanstack/react-router";
import { ErrorNotice } from "../components/ErrorNotice";

/** Shown instead of a page that failed to render; the menu still works. */
export function Crashed({ error, reset }: ErrorComponentProps) {
  return <ErrorNotice what="This page could not be displayed" error={error} onRetry={reset} />;
}
