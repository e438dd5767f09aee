import {
  Badge,
  type CSSVariablesResolver,
  createTheme,
  DEFAULT_THEME,
  type MantineColorsTuple,
  Menu,
  Notification,
} from "@mantine/core";

export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  autoContrast: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  headings: { fontWeight: "650" },
  components: {
    // The close button needs an accessible name. (Not `Modal.extend`, which would add Modal to the first chunk.)
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    // The placeholder would be a focusable child of the menu that is not a menu item.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { "aria-label": "Dismiss" } } }),
    // Mixed case is easier to read than Mantine's uppercase.
    Badge: Badge.extend({ defaultProps: { tt: "none", miw: "max-content" } }),
  },
});

/** Mantine's tinted badges and its dimmed text are too pale for WCAG AA; these have a contrast of 4.5 or more. */
export const cssVariables: CSSVariablesResolver = () => {
  const light: Record<string, string> = {
    "--mantine-color-dimmed": "#5b6470",
    "--mantine-color-placeholder": "#6b7480",
    "--mantine-color-anchor": DEFAULT_THEME.colors.indigo[8],
    "--mantine-color-error": DEFAULT_THEME.colors.red[9],
    "--surface": "#f7f8fa",
    "--sunken": DEFAULT_THEME.colors.gray[0],
    ...tints(DEFAULT_THEME.colors.gray[2], DEFAULT_THEME.colors.indigo[0], DEFAULT_THEME.colors.teal[0]),
    ...lanes(7, 8, 9),
  };
  const dark: Record<string, string> = {
    "--mantine-color-dimmed": "#a6abb3",
    "--mantine-color-placeholder": "#9ba1a9",
    "--mantine-color-anchor": DEFAULT_THEME.colors.indigo[3],
    "--mantine-color-error": DEFAULT_THEME.colors.red[4],
    "--surface": "#1f1f1f",
    "--sunken": DEFAULT_THEME.colors.dark[8],
    ...tints(DEFAULT_THEME.colors.dark[5], "#2b3469", "#12483f"),
    ...lanes(4, 4, 5),
  };
  for (const [name, shades] of Object.entries<MantineColorsTuple>(DEFAULT_THEME.colors)) {
    if (name === "dark") continue;
    light[`--mantine-color-${name}-light-color`] = shades[9];
    dark[`--mantine-color-${name}-light-color`] = shades[2];
  }
  // Yellow, lime and orange stay too bright even at their darkest shade.
  light["--mantine-color-yellow-light-color"] = "#7a4a00";
  light["--mantine-color-orange-light-color"] = "#8a3a00";
  light["--mantine-color-lime-light-color"] = "#3f5f0a";
  light["--mantine-color-green-light-color"] = "#1b5e2b";
  light["--mantine-color-teal-light-color"] = "#065f46";
  light["--mantine-color-cyan-light-color"] = "#0b5563";
  return { variables: {}, light, dark };
};

/** Background colors of transcript bubbles: caller, assistant and team member. */
function tints(caller: string, ai: string, person: string): Record<string, string> {
  return { "--tint-caller": caller, "--tint-ai": ai, "--tint-person": person };
}

/** Colors of the timeline's lanes, by shade index. */
function lanes(cool: number, warm: number, yellow: number): Record<string, string> {
  const { gray, indigo, teal, red, yellow: yellows } = DEFAULT_THEME.colors;
  return {
    "--lane-caller": gray[cool] ?? "",
    "--lane-ai": indigo[cool] ?? "",
    "--lane-person": teal[warm] ?? "",
    "--lane-recording": red[warm] ?? "",
    "--lane-system": yellows[yellow] ?? "",
  };
}
