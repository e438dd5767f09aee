import { ActionIcon, Group, Stack, Text, Tooltip } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import type { Correction } from "../../../api/types";
import { Timestamp } from "../../../components/Timestamp";
import { useUserName } from "../../../components/useUsers";
import { useWithdrawCorrection } from "./useCorrections";

interface Props {
  callId: string;
  corrections: readonly Correction[];
  mayWithdraw: boolean;
}

/** The call's corrections. A withdrawn correction is struck out, as the ledger keeps it. */
export function CorrectionList({ callId, corrections, mayWithdraw }: Props) {
  const nameOf = useUserName();
  const withdraw = useWithdrawCorrection(callId);
  if (corrections.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No corrections yet.
      </Text>
    );
  }
  return (
    <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {corrections.map((correction) => (
        <Group
          key={correction.correction}
          component="li"
          justify="space-between"
          wrap="nowrap"
          align="flex-start"
        >
          <div>
            <Text
              size="sm"
              className="breakable"
              td={correction.withdrawn ? "line-through" : undefined}
              c={correction.withdrawn ? "dimmed" : undefined}
            >
              {correction.note ?? "Erased"}
            </Text>
            <Text size="xs" c="dimmed">
              {correction.turn ? `Turn ${correction.turn}` : "Whole call"} · {nameOf(correction.noted_by)} ·{" "}
              <Timestamp at={correction.noted_at} />
              {correction.withdrawn && " · withdrawn"}
            </Text>
          </div>
          {mayWithdraw && !correction.withdrawn && (
            <Tooltip label="Withdraw">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label="Withdraw this correction"
                onClick={() => withdraw.mutate(correction.correction)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      ))}
    </Stack>
  );
}
