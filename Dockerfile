# syntax=docker/dockerfile:1
# docs/operators/running.md says how to run it. Debian, not Alpine: the batched UDP path calls glibc.
FROM node:20-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

FROM node:20-slim
ENV NODE_ENV=production STATE_DIRECTORY=/var/lib/meridian
WORKDIR /opt/meridian
COPY package.json package-lock.json LICENSE ./
RUN npm ci --omit=dev --ignore-scripts \
  && npm cache clean --force \
  && install -d -o node -g node -m 0700 /var/lib/meridian
COPY --from=build /src/dist ./dist

# The image's user `node`, by number, so that an orchestrator can see that it is not root.
USER 1000:1000
VOLUME /var/lib/meridian
EXPOSE 53/udp 53/tcp 8053/tcp
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8053/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/meridian/dist/main.js"]
CMD ["serve", "-c", "/etc/meridian/meridian.yaml"]
