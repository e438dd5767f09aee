// Finds and starts the Chromium installed on this machine; none is downloaded.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MACOS_PATHS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Disables background requests and dialogs: only the page under test may load anything. */
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
];

/** @returns {string} the path of Chromium: CHROMIUM if it is set, else the first one found. */
function findChromium() {
  const configured = process.env.CHROMIUM;
  const folders = ["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)];
  const candidates = configured
    ? [configured]
    : [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...MACOS_PATHS];
  const found = candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found) return found;
  throw new Error(
    configured
      ? `CHROMIUM is set to ${configured}, which is not an executable file.`
      : "Chromium was not found. Install it (Debian: apt-get install chromium; Ubuntu, Fedora: the package " +
          "chromium or google-chrome; macOS: brew install --cask chromium), or set CHROMIUM to its path.",
  );
}

/** Starts a browser with a new profile. */
export function launch() {
  // Chromium's sandbox does not work as root, and the tests open only the dashboard.
  return chromium.launch({ executablePath: findChromium(), args: FLAGS, chromiumSandbox: false });
}
