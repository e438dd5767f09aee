import { ActionIcon, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconArrowLeft } from "@tabler/icons-react";
import { useCanGoBack, useRouter } from "@tanstack/react-router";
import type { CallDetail } from "../../api/types";
import { GradeBadge, StatusBadge } from "../../components/badges";
import { Direction } from "../../components/Direction";
import { remoteParty, remotePartyLabel } from "../../components/RemoteParty";
import { Timestamp } from "../../components/Timestamp";
import { CallButton } from "../../dialer/CallButton";
import { phone } from "../../format/phone";
import { duration } from "../../format/time";
import { AddContact } from "../contacts/AddContact";
import { DoNotCallBadge, useIsSuppressed } from "../contacts/Suppression";
import { CallMenu } from "./menu/CallMenu";

/** The remote party, start time, duration, status and grade of a call. */
export function CallHeader({ call }: { call: CallDetail }) {
  const { name, number } = remoteParty(call);
  const isSuppressed = useIsSuppressed(number);
  const router = useRouter();
  const canGoBack = useCanGoBack();
  useDocumentTitle(`${remotePartyLabel(call)} · Call Ledger`);
  const back = () => (canGoBack ? router.history.back() : void router.navigate({ to: "/calls" }));
  return (
    <Group justify="space-between" align="flex-start" gap="sm">
      <Group align="flex-start" gap="sm" wrap="nowrap" miw={0}>
        <Tooltip label="Back">
          <ActionIcon variant="default" size="lg" onClick={back} aria-label="Back to calls" mt={2}>
            <IconArrowLeft size={18} />
          </ActionIcon>
        </Tooltip>
        <Stack gap={4} miw={0}>
          <Title order={1} size="h2" className="breakable">
            {remotePartyLabel(call)}
          </Title>
          <Group gap="xs">
            <Direction direction={call.direction} voicemail={call.voicemail} />
            {name && number && (
              <Text size="sm" className="figures">
                {phone(number)}
              </Text>
            )}
            <Text size="sm" c="dimmed">
              <Timestamp at={call.started_at} />
              {call.duration_s != null && ` · ${duration(call.duration_s)}`}
            </Text>
            <StatusBadge status={call.status} voicemail={call.voicemail} />
            <GradeBadge grade={call.grade} />
            {isSuppressed && <DoNotCallBadge />}
          </Group>
        </Stack>
      </Group>
      <Group gap="xs">
        {number && <AddContact name={name} phone={number} />}
        {number && !isSuppressed && <CallButton number={number} />}
        <CallMenu call={call} />
      </Group>
    </Group>
  );
}
