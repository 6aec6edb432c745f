import { makeOpenApi } from "@/lib/http/make-openapi";
import packageJson from "@/package.json" with { type: "json" };

/** Open to all: it says nothing that the source does not. */
export function GET(): Response {
  return Response.json(makeOpenApi(packageJson.version));
}
