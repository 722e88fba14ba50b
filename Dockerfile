# Three images: `runtime` with the product alone, `demo` with the data of examples/flight-delay as well (the last, so the default), and `build`,
# which makes them. Debian, not Alpine: the Temporal SDK and ONNX Runtime ship glibc binaries only.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY install ./install
RUN npm ci
COPY . .
RUN npm run build

# Production dependencies only, without the native code of other systems.
FROM build AS production
RUN npm prune --omit=dev && node install/remove-other-platforms.js

# tini is process 1: it hands signals on and buries the children of children. Python is for `p.python`.
FROM node:22-bookworm-slim AS runtime
RUN apt-get update \
  && apt-get install --yes --no-install-recommends tini python3 python3-venv \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production NODE_OPTIONS=--max-old-space-size=2048 PERENNIAL_HEALTH_FILE=/tmp/perennial-health
WORKDIR /app
COPY --from=production /app/package.json ./
COPY --from=production /app/node_modules ./node_modules
COPY --from=production /app/install ./install
COPY --from=production /app/dist ./dist
COPY --from=production /app/docs ./docs
COPY --from=production /app/examples ./examples
# Local state goes to /app/.perennial; the code itself belongs to root.
RUN chown node:node /app
USER node
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["node", "install/healthcheck.js"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "-s", "--"]
CMD ["node", "dist/src/cli/main.js", "--help"]

FROM runtime AS demo
COPY --from=build /app/node_modules/vega-datasets/data/flights-3m.parquet ./node_modules/vega-datasets/data/
