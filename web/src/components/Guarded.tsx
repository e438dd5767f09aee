import { IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { type Permission, roleLabel } from "../session/permissions";
import { useMay, useMe } from "../session/session";
import { Empty } from "./Empty";
import { LinkButton } from "./links";

/** A page for those who may see it; everybody else is told so plainly. */
export function Guarded({ needs, children }: { needs: Permission; children: ReactNode }) {
  return useMay(needs) ? children : <Refused />;
}

function Refused() {
  const me = useMe();
  return (
    <Empty
      isPage
      icon={<IconLock size={28} />}
      title="This page is not open to your role"
      action={<LinkButton to="/">To the dashboard</LinkButton>}
    >
      You are signed in as {me.name} with the role {roleLabel(me.role)}. If you need this page, ask an admin
      to change your role.
    </Empty>
  );
}
