import { Button, Popover, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowForwardUp } from "@tabler/icons-react";
import { useState } from "react";
import { useActiveUsers } from "../../components/useUsers";
import { isE164 } from "../../format/phone";
import type { CallAction } from "../../live/callActions";
import { callHandlers } from "../../live/callHandlers";
import { useMe } from "../../session/session";

interface Props {
  isBusy: boolean;
  onAction: (action: CallAction) => void;
}

/** Transfers the call to a number or an online team member. */
export function TransferButton({ isBusy, onAction }: Props) {
  const me = useMe();
  const { data } = useActiveUsers();
  const [isOpen, { toggle, close }] = useDisclosure();
  const [number, setNumber] = useState("");
  const [user, setUser] = useState<string | null>(null);
  const normalized = number.replace(/[^\d+]/g, "");
  const to = user ?? (isE164(normalized) ? normalized : null);
  const teamMembers = callHandlers(data ?? [], me.user_id);
  const transfer = () => {
    if (!to) return;
    close();
    onAction({ do: "transfer", to });
  };
  return (
    <Popover
      opened={isOpen}
      onChange={(open) => !open && close()}
      withArrow
      trapFocus
      position="top"
      width={280}
    >
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconArrowForwardUp size={16} />}
          loading={isBusy}
          onClick={toggle}
        >
          Transfer
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            transfer();
          }}
        >
          <Stack gap="xs">
            <TextInput
              label="Phone number"
              placeholder="+1 504 555 0100"
              inputMode="tel"
              value={number}
              disabled={user !== null}
              onChange={(event) => setNumber(event.currentTarget.value)}
            />
            {teamMembers.length > 0 && (
              <Select
                label="Or a team member"
                placeholder="None"
                data={teamMembers.map((one) => ({ value: one.user_id, label: one.name }))}
                value={user}
                onChange={setUser}
                clearable
                comboboxProps={{ withinPortal: false }}
              />
            )}
            <Text size="xs" c="dimmed">
              Enter the number with its country code. The caller hears music until the call is answered.
            </Text>
            <Button type="submit" size="xs" disabled={!to}>
              Transfer
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
