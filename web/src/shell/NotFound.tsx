import { IconMapQuestion } from "@tabler/icons-react";
import { Empty } from "../components/Empty";
import { LinkButton } from "../components/links";

export function NotFound() {
  return (
    <Empty
      isPage
      icon={<IconMapQuestion size={28} />}
      title="There is no such page"
      action={<LinkButton to="/">To the dashboard</LinkButton>}
    >
      The address may be mistyped, or the page has moved.
    </Empty>
  );
}
