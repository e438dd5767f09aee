import { Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

interface Props {
  title: string;
  /** Shown on one line below the title. */
  hint?: ReactNode;
  /** Shown to the right of the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A page with a heading, which is also the title of the browser tab. */
export function Page({ title, hint, actions, children }: Props) {
  useDocumentTitle(`${title} · Call Ledger`);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end" gap="sm">
        <div>
          <Title order={1} size="h2">
            {title}
          </Title>
          {hint && (
            <Text c="dimmed" size="sm">
              {hint}
            </Text>
          )}
        </div>
        {actions}
      </Group>
      {children}
    </Stack>
  );
}
