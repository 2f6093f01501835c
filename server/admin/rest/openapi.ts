/** The description of the REST API (OpenAPI 3.1), made of the shapes that requests are checked by. */
import { z } from "zod";
import { mostPerMinute } from "../tokens.ts";
import type { ProblemCode } from "./problem.ts";
import * as schemas from "./schemas.ts";

const shapes = {
  OffboardingRequest: schemas.offboardingRequest,
  DryRun: schemas.dryRunAnswer,
  Offboarding: schemas.offboardingAnswer,
  OffboardingReport: schemas.reportAnswer,
  Problem: schemas.problemAnswer,
};
type ShapeName = keyof typeof shapes;

const inJson = (name: ShapeName, type = "application/json") => ({
  content: { [type]: { schema: { $ref: `#/components/schemas/${name}` } } },
});

const problems: Record<string, { description: string; codes: ProblemCode[]; headers?: object }> = {
  "400": {
    description: "The body is not JSON, or the Idempotency-Key is missing.",
    codes: ["malformed", "key_missing"],
  },
  "401": {
    description: "No token, or one that is not in force.",
    codes: ["unauthorized"],
    headers: { "WWW-Authenticate": { schema: { type: "string" } } },
  },
  "403": {
    description: "The institution asks for a strong login before people are off-boarded.",
    codes: ["forbidden"],
  },
  "404": { description: "No off-boarding of this institution.", codes: ["not_found"] },
  "409": {
    description: "The key was used for another request, or it is too late to take it back.",
    codes: ["key_reused", "too_late"],
  },
  "413": { description: "The body is too large.", codes: ["too_large"] },
  "415": { description: "The body is not application/json.", codes: ["not_json"] },
  "422": { description: "Something in the body is wrong: errors say where.", codes: ["invalid"] },
  "429": {
    description: `More than ${mostPerMinute} requests a minute.`,
    codes: ["too_often"],
    headers: { "Retry-After": { schema: { type: "integer", minimum: 1 } } },
  },
  "500": { description: "Something unforeseen.", codes: ["internal"] },
};

const refused = (...statuses: (keyof typeof problems)[]) =>
  Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]));

const id = { name: "id", in: "path", required: true, schema: { type: "string" } };
const key = {
  name: "Idempotency-Key",
  in: "header",
  description: "Needed unless dryRun: the same request sent again with the same key is not done again.",
  schema: { type: "string", minLength: 1, maxLength: 202 },
};

/** `baseUrl`: where the portal is, without a slash at the end. */
export function openApi(baseUrl: string) {
  return {
    openapi: "3.1.0",
    info: {
      title: "Client certificate portal",
      version: "1",
      summary: "People who leave an institution lose their certificates.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: baseUrl }],
    security: [{ token: [] }],
    paths: {
      "/api/v1/offboardings": {
        post: {
          operationId: "askOffboarding",
          summary: "Off-boards people, when the time to take it back is over",
          parameters: [key],
          requestBody: { required: true, ...inJson("OffboardingRequest") },
          responses: {
            "200": { description: "A dry run: nothing was done.", ...inJson("DryRun") },
            "202": {
              description: "It waits for dueAt.",
              headers: { Location: { schema: { type: "string", format: "uri" } } },
              ...inJson("Offboarding"),
            },
            ...refused("400", "401", "403", "409", "413", "415", "422", "429", "500"),
          },
        },
      },
      "/api/v1/offboardings/{id}": {
        parameters: [id],
        get: {
          operationId: "getOffboarding",
          summary: "What came of it",
          responses: {
            "200": { description: "With each of its people.", ...inJson("OffboardingReport") },
            ...refused("401", "404", "429", "500"),
          },
        },
        delete: {
          operationId: "undoOffboarding",
          summary: "Takes it back, until dueAt",
          responses: {
            "200": { description: "It is taken back.", ...inJson("Offboarding") },
            ...refused("401", "404", "409", "429", "500"),
          },
        },
      },
    },
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "Made by a registrar on the page API tokens." },
      },
      schemas: Object.fromEntries((Object.keys(shapes) as ShapeName[]).map((name) => [name, schemaOf(name)])),
      responses: Object.fromEntries(
        Object.entries(problems).map(([status, { description, codes, headers }]) => [
          `Problem${status}`,
          {
            description: `${description} Codes: ${codes.join(", ")}.`,
            ...(headers && { headers }),
            ...inJson("Problem", "application/problem+json"),
          },
        ]),
      ),
    },
  };
}

function schemaOf(name: ShapeName) {
  const { $schema: _, ...schema } = z.toJSONSchema(shapes[name], { io: "input" });
  return schema;
}
