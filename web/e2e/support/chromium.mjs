// Finds Chromium and starts it. The browser is the machine's own: none is downloaded.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const ELSEWHERE = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Nothing but the page under test is to be loaded, and nobody is to be asked anything. */
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
];

/** @returns {string} where Chromium is: as CHROMIUM says, else on the path. */
function find() {
  const wanted = process.env.CHROMIUM;
  const folders = ["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)];
  const places = wanted
    ? [wanted]
    : [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...ELSEWHERE];
  const found = places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found) return found;
  throw new Error(
    wanted
      ? `CHROMIUM says ${wanted}, and nothing that can be run is there.`
      : "Chromium is not on this machine. Install it (Debian: apt-get install chromium; Ubuntu, Fedora: the package " +
          "chromium or google-chrome; macOS: brew install --cask chromium), or set CHROMIUM to its path.",
  );
}

/** Starts a browser with a profile of its own. */
export function launch() {
  // Chromium's own sandbox does not work as root, and nothing but our own page is opened.
  return chromium.launch({ executablePath: find(), args: FLAGS, chromiumSandbox: false });
}
