import { Anchor, type AnchorProps, Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { ComponentPropsWithRef } from "react";

function PlainAnchor(props: AnchorProps & Omit<ComponentPropsWithRef<"a">, keyof AnchorProps>) {
  return <Anchor {...props} />;
}

function PlainButton(props: ButtonProps & Omit<ComponentPropsWithRef<"a">, keyof ButtonProps>) {
  return <Button component="a" variant="light" {...props} />;
}

/** A text link to a page of the dashboard. */
export const LinkText = createLink(PlainAnchor);

/** A button-style link to a page of the dashboard. */
export const LinkButton = createLink(PlainButton);
