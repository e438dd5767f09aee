import { ActionIcon, Group, Menu, Stack, Text } from "@mantine/core";
import { IconDots, IconPencil, IconPhoneCheck, IconPhoneOff, IconTrash } from "@tabler/icons-react";
import type { ContactView } from "../../api/types";
import { LinkText } from "../../components/links";
import { Timestamp } from "../../components/Timestamp";
import { CallButton } from "../../dialer/CallButton";
import { phone } from "../../format/phone";
import { words } from "../../format/words";
import { DoNotCallBadge } from "./Suppression";

interface Props {
  contact: ContactView;
  mayEdit: boolean;
  onEdit: () => void;
  onRemove: () => void;
  mayLift: boolean;
  /** Puts the number on the do-not-call list, or takes it off. */
  onSuppression: () => void;
}

/** A contact with its last call. */
export function ContactRow({ contact, mayEdit, mayLift, onEdit, onRemove, onSuppression }: Props) {
  const { last_call: last } = contact;
  return (
    <Group justify="space-between" wrap="nowrap" py={8} component="li">
      <Stack gap={0} miw={0} flex={1}>
        <Group gap="xs">
          <Text fw={600}>{contact.name ?? "Erased"}</Text>
          {contact.suppression && <DoNotCallBadge />}
        </Group>
        <Text size="sm" c="dimmed" className="figures">
          {phone(contact.phone)}
        </Text>
        <Text size="xs" c="dimmed" hiddenFrom="sm">
          <LastCall last={last} />
        </Text>
      </Stack>
      <Text size="sm" c="dimmed" visibleFrom="sm" ta="right">
        <LastCall last={last} />
      </Text>
      <Group gap={4} wrap="nowrap">
        {contact.phone && !contact.suppression && <CallButton number={contact.phone} isSmall />}
        {mayEdit && (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={`More actions for ${contact.name ?? "this contact"}`}
              >
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>
                Edit
              </Menu.Item>
              {!contact.suppression && (
                <Menu.Item leftSection={<IconPhoneOff size={16} />} onClick={onSuppression}>
                  Do not call
                </Menu.Item>
              )}
              {contact.suppression && mayLift && (
                <Menu.Item leftSection={<IconPhoneCheck size={16} />} onClick={onSuppression}>
                  Allow calls again
                </Menu.Item>
              )}
              <Menu.Item
                c="var(--mantine-color-error)"
                leftSection={<IconTrash size={16} />}
                onClick={onRemove}
              >
                Remove
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
    </Group>
  );
}

function LastCall({ last }: { last: ContactView["last_call"] }) {
  if (!last) return <>No calls yet</>;
  return (
    <LinkText to="/calls/$callId" params={{ callId: last.call_id }} inherit>
      {words(last.direction)}, <Timestamp at={last.started_at} as="ago" />
    </LinkText>
  );
}
