import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Where the service listens in development. */
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
    // Beside a file that is always there: see dist/.gitignore.
    outDir: "dist/site",
    emptyOutDir: true,
    // Safari 17.4 and the browsers of its time: what Mantine needs.
    target: ["chrome119", "edge119", "firefox121", "safari17.4"],
    // Inline data URLs would have to be allowed by the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    include: ["src/**/*.test.ts"],
    environment: "node",
  },
});
