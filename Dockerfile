# syntax=docker/dockerfile:1

FROM node:22-bookworm-slim AS web
WORKDIR /web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web .
RUN npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
COPY --from=web /web/dist/site web/dist/site
# The cache mounts are not part of the image, so the binaries are copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --package call-ledger --package call-ledger-sandbox \
    && mkdir /out \
    && cp target/release/call-ledger target/release/call-ledger-sandbox /out/

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin call-ledger \
    && install --directory --owner=call-ledger --group=call-ledger --mode=0700 /data
COPY --from=build /out/ /usr/local/bin/
USER 10001
WORKDIR /data
# SQLite files, recordings and generated keys, unless configured elsewhere.
ENV DATA_DIR=/data PORT=3000 LOG_FORMAT=json
VOLUME /data
EXPOSE 3000
# Liveness only: an unavailable database is no reason to restart the process (/health/ready reports it and recovers).
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD curl --fail --silent --output /dev/null "http://127.0.0.1:${PORT}/health/live"
ENTRYPOINT ["call-ledger"]
CMD ["serve"]
