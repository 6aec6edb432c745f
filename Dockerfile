# Web server and worker: one image, two commands (docker-compose.yml).
FROM node:22-bookworm-slim
WORKDIR /reverie
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN PRISMA_SCHEMA_ENGINE_BINARY=/bin/true npx prisma generate && npx next build
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 REVERIE_DATA=/data
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
CMD ["node", "--import", "tsx", "scripts/serve.ts"]
