/** The routes as an OpenAPI document. @module */
import type { Parameter, Route, Schema } from "./route.ts";

const PROBLEM = {
  description: "What is wrong, in a sentence",
  content: {
    "application/json": {
      schema: { type: "object", properties: { error: { type: "string" } }, required: ["error"] },
    },
  },
};

function parameterOf({ name, in: place, about, schema, required, example }: Parameter): Schema {
  return {
    name,
    in: place,
    description: about,
    required: place === "path" || required === true,
    schema,
    ...example === undefined ? {} : { example },
  };
}

function bodyOf({ fields, required }: NonNullable<Route["body"]>): Schema {
  const schema = { type: "object", properties: fields, required };
  return {
    required: true,
    content: {
      "application/x-www-form-urlencoded": { schema },
      "application/json": { schema },
    },
  };
}

function operationOf({ method, path, summary, parameters, body, answer }: Route): Schema {
  const content = Object.entries(answer.content).map(([type, schema]) => [type, { schema }]);
  return {
    operationId: `${method}${path.replaceAll(/[^A-Za-z0-9]+/g, "_")}`,
    summary,
    ...parameters ? { parameters: parameters.map(parameterOf) } : {},
    ...body ? { requestBody: bodyOf(body) } : {},
    responses: {
      [answer.status ?? 200]: {
        description: answer.about,
        ...content.length === 0 ? {} : { content: Object.fromEntries(content) },
      },
      default: PROBLEM,
    },
  };
}

/**
 * Describes routes.
 *
 * @param lab Name of the lab.
 * @param routes The routes.
 * @returns An OpenAPI 3.1 document.
 */
export function openApiOf(lab: string, routes: readonly Route[]): Schema {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operationOf(route);
  return {
    openapi: "3.1.0",
    info: {
      title: `MONITOR of ${lab}`,
      version: "1",
      description: "Times are unix seconds, UTC. Commands from pages of other sites are refused.",
    },
    paths,
  };
}
