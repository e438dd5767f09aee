import { useLocalStorage } from "@mantine/hooks";

/** Columns that a reader may leave out. The person, the outcome and the time are always there. */
export const COLUMNS = [
  { key: "agent", label: "Agent" },
  { key: "duration", label: "Talked" },
  { key: "recorded", label: "Recording" },
  { key: "grade", label: "Grade" },
  { key: "resolution", label: "Resolution" },
  { key: "summary", label: "Summary" },
] as const;

export type Column = (typeof COLUMNS)[number]["key"];

const AT_FIRST: Column[] = ["agent", "duration", "recorded", "grade", "resolution"];

/** The columns that this browser's reader chose. */
export function useColumns() {
  return useLocalStorage<Column[]>({
    key: "calls-columns",
    defaultValue: AT_FIRST,
    getInitialValueInEffect: false,
  });
}
