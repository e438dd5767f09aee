import { Card, Group, Text } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { change, changeText, count } from "../../format/numbers";
import type { Filter } from "../calls/search";
import classes from "./dashboard.module.css";

const LinkCard = createLink(function PlainCard(
  props: React.ComponentPropsWithRef<"a"> & { children?: ReactNode },
) {
  return <Card withBorder component="a" {...props} className={classes.figure} />;
});

interface Props {
  label: string;
  value: number;
  before: number;
  days: number;
  /** Whether an increase is good, bad or neutral. */
  more: "good" | "bad" | "plain";
  search: { filter?: Filter; from: string };
}

/** A figure with its change against the previous period; links to the counted calls. */
export function FigureCard({ label, value, before, days, more, search }: Props) {
  const by = change(value, before);
  const span = days === 1 ? "previous day" : `previous ${days} days`;
  return (
    <LinkCard to="/calls" search={search}>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Group align="baseline" gap="xs">
        <Text fz={34} fw={700} lh={1.2} className="figures">
          {count(value)}
        </Text>
        {by !== null && (
          <Text size="sm" fw={600} c={colorOf(by, more)} className="figures">
            {changeText(by)}
          </Text>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {span}: {count(before)}
      </Text>
    </LinkCard>
  );
}

function colorOf(by: number, more: Props["more"]): string {
  if (more === "plain" || Math.round(by * 100) === 0) return "dimmed";
  const isGood = more === "good" ? by > 0 : by < 0;
  return `var(--mantine-color-${isGood ? "teal" : "red"}-light-color)`;
}
