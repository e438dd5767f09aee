import { IconMapQuestion } from "@tabler/icons-react";
import { Empty } from "../components/Empty";
import { LinkButton } from "../components/links";

/** Shown for an unknown URL, and by pages whose call or agent does not exist. */
export function NotFound({ what = "Page" }: { what?: "Page" | "Call" | "Assistant" }) {
  return (
    <Empty
      isPage
      icon={<IconMapQuestion size={28} />}
      title={`${what} not found`}
      action={<LinkButton to="/">Go to the dashboard</LinkButton>}
    >
      Check that the link is correct.
    </Empty>
  );
}
