import { Button, Menu } from "@mantine/core";
import { IconUserUp } from "@tabler/icons-react";
import { useActiveUsers } from "../../components/usePeople";
import { whoMaySpeak } from "../../live/colleagues";
import type { Order } from "../../live/orders";
import { useMe } from "../../session/session";

interface Props {
  isBusy: boolean;
  onOrder: (order: Order) => void;
}

/** Taking over in two clicks: by oneself, or a colleague who is here is asked to. */
export function TakeOverButton({ isBusy, onOrder }: Props) {
  const me = useMe();
  const { data } = useActiveUsers();
  const colleagues = whoMaySpeak(data ?? [], me.user_id);
  return (
    <Menu position="top-start" withArrow>
      <Menu.Target>
        <Button size="xs" leftSection={<IconUserUp size={16} />} loading={isBusy}>
          Take over
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onOrder({ do: "take_over" })}>I speak now; the AI falls silent</Menu.Item>
        {colleagues.length > 0 && <Menu.Label>Ask a colleague</Menu.Label>}
        {colleagues.map((user) => (
          <Menu.Item key={user.user_id} onClick={() => onOrder({ do: "take_over", user: user.user_id })}>
            {user.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
