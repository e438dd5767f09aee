import { IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { type Permission, roleLabel } from "../session/permissions";
import { useMay, useMe } from "../session/session";
import { Empty } from "./Empty";
import { LinkButton } from "./links";

/** Shows a page only to users with a permission, and an explanation to all others. */
export function Guarded({ needs, children }: { needs: Permission; children: ReactNode }) {
  return useMay(needs) ? children : <NoAccess />;
}

function NoAccess() {
  const me = useMe();
  return (
    <Empty
      isPage
      icon={<IconLock size={28} />}
      title="You do not have access to this page"
      action={<LinkButton to="/">Go to the dashboard</LinkButton>}
    >
      You are signed in as {me.name} with the role {roleLabel(me.role)}. Ask an admin to change your role if
      you need this page.
    </Empty>
  );
}
