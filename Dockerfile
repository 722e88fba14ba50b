# Debian, not Alpine: the Temporal SDK and ONNX Runtime ship glibc binaries only.
FROM node:22-bookworm-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build
ENV NODE_OPTIONS=--max-old-space-size=2048
CMD ["node", "dist/src/cli/main.js", "--help"]
