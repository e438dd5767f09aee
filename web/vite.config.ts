import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Address of the service in development. */
const service = process.env.CALL_LEDGER_URL ?? "http://localhost:3000";

export default defineConfig({
  plugins: [react()],
  server: {
    proxy: {
      "/api": { target: service, ws: true },
      "/health": service,
      "/twilio": service,
      "/ws": { target: service, ws: true },
    },
  },
  build: {
    // A subfolder, because dist/ itself is kept in the repository: see dist/.gitignore.
    outDir: "dist/site",
    emptyOutDir: true,
    // Safari 17.4, which Mantine requires, and other browsers of its age.
    target: ["chrome119", "edge119", "firefox121", "safari17.4"],
    // The content security policy does not allow data URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    include: ["src/**/*.test.ts"],
    environment: "node",
    // A process for each test file would take most of the time.
    pool: "threads",
    isolate: false,
  },
});
