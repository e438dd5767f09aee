import type { ErrorComponentProps } from "@tanstack/react-router";
import { ErrorNotice } from "../components/ErrorNotice";

/** A page that broke while it was drawn; the menu still works. */
export function Crashed({ error, reset }: ErrorComponentProps) {
  return <ErrorNotice what="This page could not be shown" error={error} onRetry={reset} />;
}
