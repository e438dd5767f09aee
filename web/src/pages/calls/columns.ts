import { useLocalStorage } from "@mantine/hooks";

/** The optional columns. Contact, outcome and start time are always shown. */
export const COLUMNS = [
  { key: "agent", label: "Assistant" },
  { key: "duration", label: "Duration" },
  { key: "recorded", label: "Recording" },
  { key: "grade", label: "Grade" },
  { key: "resolution", label: "Resolution" },
  { key: "summary", label: "Summary" },
] as const;

export type Column = (typeof COLUMNS)[number]["key"];

const DEFAULT_COLUMNS: Column[] = ["agent", "duration", "recorded", "grade", "resolution"];

/** The selected columns, stored in this browser. */
export function useColumns() {
  return useLocalStorage<Column[]>({
    key: "calls-columns",
    defaultValue: DEFAULT_COLUMNS,
    getInitialValueInEffect: false,
  });
}
