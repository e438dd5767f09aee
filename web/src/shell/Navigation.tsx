import { Badge, NavLink, type NavLinkProps, Stack } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import { type ComponentPropsWithRef, useSyncExternalStore } from "react";
import { useBoard } from "../feed/FeedProvider";
import { isAllowed } from "../session/permissions";
import { useMe } from "../session/session";
import { PAGES } from "./pages";

const RoutedNavLink = createLink(function PlainNavLink(
  props: NavLinkProps & Omit<ComponentPropsWithRef<"a">, keyof NavLinkProps>,
) {
  return <NavLink {...props} />;
});

/** The menu. `onNavigate` closes it on small screens, where it covers the page. */
export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const me = useMe();
  return (
    <Stack gap={2} p="xs">
      {PAGES.filter((page) => isAllowed(me, page.needs)).map(({ to, label, icon: Icon }) => (
        <RoutedNavLink
          key={to}
          to={to}
          label={label}
          leftSection={<Icon size={20} aria-hidden />}
          rightSection={to === "/live" ? <LiveCount /> : undefined}
          onClick={onNavigate}
          activeOptions={{ exact: to === "/", includeSearch: false }}
          activeProps={{ "data-active": true }}
          variant="light"
        />
      ))}
    </Stack>
  );
}

/** The number of active calls. */
function LiveCount() {
  const board = useBoard();
  const { calls } = useSyncExternalStore(board.watch, board.current);
  const live = calls.filter((call) => call.endedAt === null).length;
  if (live === 0) return null;
  return (
    <Badge size="sm" color="red" variant="light" aria-label={`${live} active`}>
      {live}
    </Badge>
  );
}
