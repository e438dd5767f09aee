import { Box, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Stats } from "../../api/types";
import { GradeBadge, StatusBadge } from "../../components/badges";
import { Direction } from "../../components/Direction";
import { LinkText } from "../../components/links";
import { RemoteParty } from "../../components/RemoteParty";
import { Timestamp } from "../../components/Timestamp";
import { duration } from "../../format/time";
import classes from "./dashboard.module.css";

/** The five most recent calls. */
export function Latest({ calls }: { calls: Stats["latest"] }) {
  return (
    <Paper withBorder p="md" component="section" aria-label="Latest calls">
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={2} size="h4">
            Latest calls
          </Title>
          <LinkText to="/calls" size="sm">
            All calls
          </LinkText>
        </Group>
        {calls.map((call) => (
          <Link
            key={call.call_id}
            to="/calls/$callId"
            params={{ callId: call.call_id }}
            className={classes.latest}
          >
            <Group justify="space-between" wrap="nowrap">
              <Group gap="sm" wrap="nowrap" miw={0}>
                <Direction direction={call.direction} voicemail={call.voicemail} />
                <RemoteParty call={call} />
              </Group>
              <Group gap="sm" wrap="nowrap">
                <Box visibleFrom="xs">
                  <GradeBadge grade={call.grade} />
                </Box>
                <StatusBadge status={call.status} voicemail={call.voicemail} />
                <Text size="sm" c="dimmed" ta="right" miw={84} visibleFrom="xs">
                  <Timestamp at={call.started_at} as="ago" />
                  <br />
                  {call.duration_s != null && duration(call.duration_s)}
                </Text>
              </Group>
            </Group>
          </Link>
        ))}
      </Stack>
    </Paper>
  );
}
