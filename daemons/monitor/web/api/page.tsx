/** The routes as a page for people. @module */
import { Layout } from "../views/layout.tsx";
import type { PageContext } from "../views/pages.tsx";
import type { Parameter, Route } from "./route.ts";

/** A path that can be followed as it is. */
const isPlain = ({ method, path, parameters = [] }: Route): boolean =>
  method === "get" && !path.includes("{") && !parameters.some(({ required }) => required);

/** Words in which what stands between backticks is set as code. */
const worded = (text: string) => text.split("`").map((part, n) => n % 2 === 1 ? <code>{part}</code> : part);

/** ` (1 to 20000; default 1000)`, ` (optional)`. */
function limitsOf({ schema, required, in: place }: Parameter): string {
  const { minimum, maximum, enum: words } = schema;
  const limits = [
    ...maximum === undefined ? [] : [`${minimum} to ${maximum}`],
    ...Array.isArray(words) ? [words.join(", ")] : [],
    ...typeof schema.default === "number" ? [`default ${schema.default}`] : [],
    ...required || place === "path" ? [] : ["optional"],
  ];
  return limits.length === 0 ? "" : ` (${limits.join("; ")})`;
}

/** Every route with what it takes and gives. */
export function ApiPage({ lab, clock, routes }: PageContext & { readonly routes: readonly Route[] }) {
  return (
    <Layout lab={lab} clock={clock} title="API" here="/api/v1">
      <section class="card">
        <h2>
          API <small>for scripts and other programs</small>
        </h2>
        <p>
          The same as <a href="/api/v1/openapi.json">an OpenAPI 3.1 document</a>{" "}
          for tools. What goes wrong is answered with a sentence under <code>error</code>.
        </p>
      </section>
      {routes.map((route) => {
        const { method, path, summary, parameters = [], body, answer } = route;
        const fields = Object.keys(body?.fields ?? {});
        return (
          <section class="card">
            <h2>
              <code>{method.toUpperCase()} {isPlain(route) ? <a href={path}>{path}</a> : path}</code>
            </h2>
            <p>{summary}</p>
            {parameters.length > 0 && (
              <ul>
                {parameters.map((parameter) => (
                  <li>
                    <code>{parameter.name}</code>: {worded(parameter.about)}
                    <small class="quiet">{limitsOf(parameter)}</small>
                  </li>
                ))}
              </ul>
            )}
            {fields.length > 0 && <p>Fields of the form, or of a JSON object: {fields.join(", ")}</p>}
            <p class="quiet">
              {answer.about} ({Object.keys(answer.content).join(", ") || "a redirect"})
            </p>
          </section>
        );
      })}
    </Layout>
  );
}
