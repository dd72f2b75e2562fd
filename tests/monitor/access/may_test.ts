import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  DEEDS,
  type Grant,
  highestRole,
  may,
  type Person,
  refusalOf,
  type Role,
  roleFor,
  ROLES,
} from "../../../daemons/monitor/access/mod.ts";

const person = (role: Role, grants: Record<string, Role> = {}): Person => ({
  name: "bea",
  role,
  grants: Object.entries(grants).map(([pattern, role]): Grant => ({ pattern, role })),
  known: "password",
});

const deedsOf = (who: Person | undefined, device?: string) => DEEDS.filter((deed) => may(who, deed, device));

Deno.test("a viewer looks, an operator commands, an admin runs MONITOR itself", () => {
  const operator = ["see", "note", "command", "raw", "settings", "alarm", "lab"];
  for (const device of [undefined, "cryocon"]) {
    assertEquals(deedsOf(undefined, device), []);
    assertEquals(deedsOf(person("viewer"), device), ["see"]);
    assertEquals(deedsOf(person("operator"), device), operator);
    assertEquals(deedsOf(person("admin"), device), [...operator, "admin"]);
  }
});

Deno.test("a grant makes a viewer the operator of a device, and of no other and not of the lab", () => {
  const bea = person("viewer", { "cryo*": "operator" });
  assertEquals(deedsOf(bea, "cryocon"), ["see", "note", "command", "raw", "settings", "alarm"]);
  assertEquals(deedsOf(bea, "keithley"), ["see", "note"]);
  assertEquals(deedsOf(bea), ["see", "note"]);
});

Deno.test("an operator may be kept to some devices: the last grant that fits counts", () => {
  const bea = person("operator", { "*": "viewer", "keithley*": "operator", "keithley9": "viewer" });
  assertEquals(["keithley487", "keithley", "keithley9", "cryocon", "akeithley"].map((d) => roleFor(bea, d)), [
    "operator",
    "operator",
    "viewer",
    "viewer",
    "viewer",
  ]);
});

Deno.test("refusals say who is what, and what it takes", () => {
  assertEquals(refusalOf(undefined, "command", "cryocon"), "Only who has signed in may command cryocon");
  assertEquals(
    refusalOf(person("viewer"), "command", "cryocon"),
    "bea is viewer and may not command cryocon: that takes an operator",
  );
  assertEquals(
    refusalOf(person("operator", { "*": "viewer" }), "raw", "gauge"),
    "bea is viewer for gauge and may not send lines to gauge: that takes an operator",
  );
  assertEquals(
    refusalOf(person("operator"), "admin"),
    "bea is operator and may not reload or end MONITOR: that takes an admin",
  );
});

const anyRole = fc.constantFrom(...ROLES);
const anyName = fc.stringMatching(/^[a-c_-]{1,5}$/);
const anyPerson = fc.record({
  name: fc.constant("bea"),
  known: fc.constant("password" as const),
  role: anyRole,
  grants: fc.array(fc.record({ pattern: fc.stringMatching(/^[a-c*]{1,5}$/), role: anyRole }), {
    maxLength: 5,
  }),
});

Deno.test("whatever the grants: nobody may more to a device than the most they are to anything", () => {
  fc.assert(
    fc.property(anyPerson, anyName, (who, device) => {
      const most = ROLES.indexOf(highestRole(who));
      assertEquals(ROLES.indexOf(roleFor(who, device)) <= most, true);
      for (const deed of DEEDS) {
        if (may(who, deed, device)) assertEquals(may({ ...who, role: "admin", grants: [] }, deed), true);
      }
    }),
    { numRuns: 1000 },
  );
});
