import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { messageOf } from "../api/problem";

interface Props {
  /** What failed: "The calls could not be loaded". */
  what: string;
  error: unknown;
  onRetry?: () => void;
}

/** Shows an error, with a button to try again when `onRetry` is given. */
export function ErrorNotice({ what, error, onRetry }: Props) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={what} role="alert">
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="var(--mantine-color-text)">
          {messageOf(error)}
        </Text>
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Group>
    </Alert>
  );
}
