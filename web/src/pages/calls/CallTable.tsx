import { Paper, Skeleton, Stack, Table, VisuallyHidden } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useRef } from "react";
import type { CallView } from "../../api/types";
import { useAgentName } from "../../components/useAgents";
import { CallRow } from "./CallRow";
import classes from "./calls.module.css";
import type { Column } from "./columns";

const STALE_DELAY_MS = 150;

interface Props {
  calls: readonly CallView[];
  columns: readonly Column[];
  /** Whether these are the previous page's rows; they are dimmed after a short delay. */
  isStale: boolean;
}

/** A page of calls; `j` and `k` move between rows, Enter opens one. */
export function CallTable({ calls, columns, isStale }: Props) {
  const [hasBeenStale] = useDebouncedValue(isStale, STALE_DELAY_MS);
  const body = useRef<HTMLTableSectionElement>(null);
  const navigate = useNavigate();
  const agentName = useAgentName();
  const open = useCallback(
    (callId: string) => void navigate({ to: "/calls/$callId", params: { callId } }),
    [navigate],
  );
  const move = (step: number) => {
    const links = Array.from(body.current?.querySelectorAll<HTMLAnchorElement>("a[data-call]") ?? []);
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step;
    links[Math.min(Math.max(next, 0), links.length - 1)]?.focus();
  };
  useHotkeys([
    ["j", () => move(1)],
    ["k", () => move(-1)],
    ["Home", () => body.current?.querySelector<HTMLAnchorElement>("a[data-call]")?.focus()],
  ]);
  const has = (column: Column) => columns.includes(column);
  return (
    <Paper withBorder className={isStale && hasBeenStale ? classes.stale : undefined} aria-busy={isStale}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <VisuallyHidden>Direction</VisuallyHidden>
            </Table.Th>
            <Table.Th>Contact</Table.Th>
            <Table.Th>Outcome</Table.Th>
            <Table.Th visibleFrom="sm">Started</Table.Th>
            {has("agent") && <Table.Th visibleFrom="md">Assistant</Table.Th>}
            {has("duration") && (
              <Table.Th visibleFrom="sm" ta="right">
                Duration
              </Table.Th>
            )}
            {has("recorded") && <Table.Th visibleFrom="md">Recording</Table.Th>}
            {has("grade") && <Table.Th visibleFrom="md">Grade</Table.Th>}
            {has("resolution") && <Table.Th visibleFrom="lg">Resolution</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody ref={body}>
          {calls.map((call) => (
            <CallRow
              key={call.call_id}
              call={call}
              columns={columns}
              agentName={agentName(call.agent)}
              onOpen={open}
            />
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

/** Placeholder while the call list loads. */
export function CallTableSkeleton() {
  return (
    <Paper withBorder p="md" aria-busy="true" aria-label="Loading calls">
      <Stack gap="sm">
        {Array.from({ length: 8 }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
          <Skeleton key={row} h={36} />
        ))}
      </Stack>
    </Paper>
  );
}
