import type { Person } from "@/lib/accounts/accounts";
import { AppError } from "@/lib/core/app-error";

/** The person of a route that is not open to anyone. */
export function requirePerson(person: Person | null): Person {
  if (!person) throw new AppError("unauthenticated");
  return person;
}
