import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { isCallable, phone } from "../format/phone";
import { useMay } from "../session/session";
import { useDialer } from "./DialerProvider";

interface Props {
  number: string;
  /** Shows only the icon, for use in lists. */
  isSmall?: boolean;
}

/** Opens the dialer with the number entered. */
export function CallButton({ number, isSmall }: Props) {
  const dialer = useDialer();
  const may = useMay("handle_calls");
  if (!may || !isCallable(number)) return null;
  const dial = () => dialer.open(number);
  if (isSmall) {
    return (
      <Tooltip label={`Call ${phone(number)}`}>
        <ActionIcon variant="light" size="lg" onClick={dial} aria-label={`Call ${phone(number)}`}>
          <IconPhone size={18} />
        </ActionIcon>
      </Tooltip>
    );
  }
  return (
    <Button variant="light" leftSection={<IconPhone size={16} />} onClick={dial}>
      Call
    </Button>
  );
}
