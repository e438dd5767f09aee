import { AppShell, Burger, Group, ScrollArea, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet } from "@tanstack/react-router";
import { Suspense } from "react";
import { AudioTapBar } from "../audioTap/AudioTapBar";
import { AudioTapProvider } from "../audioTap/AudioTapProvider";
import { Dialer } from "../dialer/Dialer";
import { DialerProvider } from "../dialer/DialerProvider";
import { useMay } from "../session/session";
import { ColorSchemeSwitch } from "./ColorSchemeSwitch";
import { Connection } from "./Connection";
import { EmergencyBanner } from "./EmergencyBanner";
import { Logo } from "./Logo";
import { Navigation } from "./Navigation";
import { PageSkeleton } from "./PageSkeleton";
import { SandboxNotice } from "./SandboxNotice";
import { TakeoverBanner } from "./TakeoverBanner";
import { UserMenu } from "./UserMenu";

/** Header, menu, dialer and notices around every page. */
export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure();
  const mayCall = useMay("handle_calls");
  return (
    <DialerProvider>
      <AudioTapProvider>
        <a className="skip-link" href="#main">
          Skip to content
        </a>
        <AppShell
          header={{ height: 56 }}
          navbar={{ width: 208, breakpoint: "md", collapsed: { mobile: !isOpen } }}
          padding={{ base: "sm", sm: "lg" }}
        >
          <AppShell.Header>
            <Group h="100%" px="md" justify="space-between" wrap="nowrap">
              <Group gap="sm" wrap="nowrap">
                <Burger
                  opened={isOpen}
                  onClick={toggle}
                  hiddenFrom="md"
                  size="sm"
                  aria-label={isOpen ? "Close menu" : "Open menu"}
                />
                <Logo />
                <Text fw={700} visibleFrom="xs">
                  Call Ledger
                </Text>
                <SandboxNotice />
              </Group>
              <Group gap="xs" wrap="nowrap">
                <ColorSchemeSwitch />
                <UserMenu />
              </Group>
            </Group>
          </AppShell.Header>
          <AppShell.Navbar aria-label="Pages">
            <ScrollArea>
              <Navigation onNavigate={close} />
            </ScrollArea>
          </AppShell.Navbar>
          <AppShell.Main id="main" pb={96}>
            <Connection />
            <EmergencyBanner />
            <TakeoverBanner />
            <AudioTapBar />
            <Suspense fallback={<PageSkeleton />}>
              <Outlet />
            </Suspense>
          </AppShell.Main>
        </AppShell>
        {mayCall && <Dialer />}
      </AudioTapProvider>
    </DialerProvider>
  );
}
