import "@mantine/dates/styles.css";
import { DatePickerInput } from "@mantine/dates";
import { IconCalendar } from "@tabler/icons-react";
import dayjs from "dayjs";
import { useTimeZone } from "../../components/useSettings";
import { dayOf } from "./search";

interface Props {
  from: string | undefined;
  to: string | undefined;
  onChange: (from: string | undefined, to: string | undefined) => void;
}

/** A date range in the tenant's time zone; both days are included. */
export function DateRange({ from, to, onChange }: Props) {
  const timeZone = useTimeZone();
  const today = dayOf(new Date().toISOString(), timeZone);
  const day = (ago: number) => dayjs(today).subtract(ago, "day").format("YYYY-MM-DD");
  return (
    <DatePickerInput
      type="range"
      placeholder="Any date"
      title={`Days are in ${timeZone}`}
      value={[dayOf(from, timeZone), dayOf(to, timeZone)]}
      onChange={([first, last]) => onChange(first ?? undefined, last ?? undefined)}
      valueFormat="MMM D, YYYY"
      allowSingleDateInRange
      hideOutsideDates
      weekendDays={[]}
      popoverProps={{ withRoles: false }}
      ariaLabels={{
        previousMonth: "Previous month",
        nextMonth: "Next month",
        previousYear: "Previous year",
        nextYear: "Next year",
        previousDecade: "Previous decade",
        nextDecade: "Next decade",
      }}
      clearable
      leftSection={<IconCalendar size={16} aria-hidden />}
      presets={[
        { value: [day(0), day(0)], label: "Today" },
        { value: [day(1), day(1)], label: "Yesterday" },
        { value: [day(6), day(0)], label: "Last 7 days" },
        { value: [day(29), day(0)], label: "Last 30 days" },
      ]}
    />
  );
}
