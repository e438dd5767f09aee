import { Button, Popover, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowForwardUp } from "@tabler/icons-react";
import { useState } from "react";
import { useActiveUsers } from "../../components/usePeople";
import { isE164 } from "../../format/phone";
import { whoMaySpeak } from "../../live/colleagues";
import type { Order } from "../../live/orders";
import { useMe } from "../../session/session";

interface Props {
  isBusy: boolean;
  onOrder: (order: Order) => void;
}

/** To a number, or to a colleague who is here. */
export function TransferButton({ isBusy, onOrder }: Props) {
  const me = useMe();
  const { data } = useActiveUsers();
  const [isOpen, { toggle, close }] = useDisclosure();
  const [number, setNumber] = useState("");
  const [user, setUser] = useState<string | null>(null);
  const wanted = number.replace(/[^\d+]/g, "");
  const to = user ?? (isE164(wanted) ? wanted : null);
  const colleagues = whoMaySpeak(data ?? [], me.user_id);
  const transfer = () => {
    if (!to) return;
    close();
    onOrder({ do: "transfer", to });
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
              label="To this number"
              placeholder="+1 504 555 0100"
              inputMode="tel"
              value={number}
              disabled={user !== null}
              onChange={(event) => setNumber(event.currentTarget.value)}
            />
            {colleagues.length > 0 && (
              <Select
                label="Or to a colleague"
                placeholder="Nobody"
                data={colleagues.map((one) => ({ value: one.user_id, label: one.name }))}
                value={user}
                onChange={setUser}
                clearable
                comboboxProps={{ withinPortal: false }}
              />
            )}
            <Text size="xs" c="dimmed">
              The number with its country code. The caller hears music until somebody answers.
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
