import { Button, Group, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { type PageCursor, pageNumber } from "./paging";

interface Props {
  page: PageCursor;
  hasOlder: boolean;
  onOlder: () => void;
  onNewer: () => void;
}

/** Newer and older page; shortcuts `p` and `n`. */
export function Pager({ page, hasOlder, onOlder, onNewer }: Props) {
  const hasNewer = page.cursor !== undefined;
  const number = pageNumber(page);
  useHotkeys([
    ["n", () => hasOlder && onOlder()],
    ["p", () => hasNewer && onNewer()],
  ]);
  if (!hasNewer && !hasOlder) return null;
  return (
    <Group justify="space-between" component="nav" aria-label="Pages of calls">
      <Button
        variant="default"
        leftSection={<IconChevronLeft size={16} />}
        disabled={!hasNewer}
        onClick={onNewer}
        aria-keyshortcuts="p"
      >
        {number === null ? "Newest" : "Newer"}
      </Button>
      {number !== null && (
        <Text size="sm" c="dimmed">
          Page {number}
        </Text>
      )}
      <Button
        variant="default"
        rightSection={<IconChevronRight size={16} />}
        disabled={!hasOlder}
        onClick={onOlder}
        aria-keyshortcuts="n"
      >
        Older
      </Button>
    </Group>
  );
}
