import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { apiLab } from "./api_lab.ts";

const METHODS = ["get", "post"];

Deno.test("openapi.json and the application know the same addresses", async () => {
  const { app, json } = apiLab();
  const { openapi, paths } = await json("/api/v1/openapi.json");
  assertEquals(openapi, "3.1.0");
  const documented = Object.entries<Record<string, unknown>>(paths).flatMap(([path, item]) => {
    assertEquals(Object.keys(item).filter((method) => !METHODS.includes(method)), []);
    return Object.keys(item).map((method) =>
      `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`
    );
  });
  const served = app.routes.map(({ method, path }) => `${method} ${path}`);
  assertEquals(documented.filter((one) => !served.includes(one)), []);
  const own = served.filter((one) =>
    /^(GET|POST) \/(api|metrics|export|monitor|status|logs|main|robots)\b/.test(one)
  );
  assertEquals(own.toSorted(), documented.toSorted());
});

Deno.test("openapi.json describes each parameter of a path, and no operation twice", async () => {
  const { paths } = await apiLab().json("/api/v1/openapi.json");
  const ids = new Set<string>();
  for (const [path, item] of Object.entries<Record<string, Operation>>(paths)) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { operationId, summary, parameters = [], responses } of Object.values(item)) {
      assert(!ids.has(operationId), operationId);
      ids.add(operationId);
      assert(summary && responses.default, operationId);
      assertEquals(parameters.filter((one) => one.in === "path").map(({ name }) => name), inPath);
      for (const { name, schema, required, in: place } of parameters) {
        assert(schema && (place === "query" || required), `${operationId} ${name}`);
      }
    }
  }
});

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly {
    name: string;
    in: string;
    required: boolean;
    schema: unknown;
    example?: string | number;
  }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: unknown }>> }>
  >;
}

Deno.test("every address of openapi.json answers as it says when it is asked as its examples show", async () => {
  const { app, lab, json, records, clock } = apiLab();
  lab.read("cryocon", { temperature: -99.5 });
  const told = { name: "cooldown", author: "", note: null, params: {}, devices: ["cryocon"], plots: [] };
  lab.runs.begin("cooldown-20261127-180405-3f1a", { ...told, began: clock.time() }, "cooldown");
  const changes = [{ client: "cryocon", key: "temperature", before: "20", after: "-100" }];
  records.keepRun({ ...lab.runs.live[0]!.row, changes });
  const { paths } = await json("/api/v1/openapi.json");
  for (const [path, item] of Object.entries<Record<string, Operation>>(paths)) {
    for (const [method, { parameters = [], responses }] of Object.entries(item)) {
      if (method === "post" || path === "/monitor/command") continue; // tested by themselves
      const query = new URLSearchParams();
      let address = path;
      for (const { name, in: place, required, example } of parameters) {
        const value = name === "channels" && place === "query" ? "cryocon.temperature" : String(example);
        if (place === "path") address = address.replace(`{${name}}`, encodeURIComponent(value));
        else if (required) query.set(name, value);
      }
      const response = await app.request(query.size > 0 ? `${address}?${query}` : address);
      const body = await response.text();
      const said = responses[response.status];
      assert(said, `${method} ${address}: ${response.status} ${body}`);
      const type = response.headers.get("content-type")?.split(";")[0];
      const described = Object.keys(said.content ?? {});
      if (described.length > 0) assert(described.includes(type!), `${address}: ${type}`);
      const schema = said.content?.["application/json"]?.schema;
      if (schema && type === "application/json") assertFits(JSON.parse(body), schema, address);
    }
  }
});

/** As much of JSON Schema as the document uses. */
// deno-lint-ignore no-explicit-any
function assertFits(value: any, schema: any, at: string): void {
  if (schema.enum) assert(schema.enum.includes(value), `${at}: ${value}`);
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  if (schema.type) assert([schema.type].flat().includes(type), `${at}: ${type} is not ${schema.type}`);
  if (type === "array" && schema.items) {
    value.forEach((item: unknown, n: number) => assertFits(item, schema.items, `${at}[${n}]`));
  }
  if (type !== "object") return;
  for (const name of schema.required ?? []) assert(Object.hasOwn(value, name), `${at}: no ${name}`);
  if (!schema.properties) return;
  for (const [name, member] of Object.entries(value)) {
    assert(schema.properties[name], `${at}: ${name} is not described`);
    assertFits(member, schema.properties[name], `${at}.${name}`);
  }
}

Deno.test("/api/v1 lists every address on a page that needs no script", async () => {
  const { app, json } = apiLab();
  const html = await (await app.request("/api/v1")).text();
  const { paths } = await json("/api/v1/openapi.json");
  for (const path of Object.keys(paths)) assertStringIncludes(html, path);
  assertStringIncludes(html, "1h");
});
