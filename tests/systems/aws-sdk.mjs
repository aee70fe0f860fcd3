// The AWS SDK for JavaScript and Amplify's core, as an app's bundle has them, for a page of the tests: `window.sdk`.

import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { buildSync } from "esbuild";
import { fileURLToPath } from "node:url";

/** A script for `open(t, path, { init })`. */
export const sdk = buildSync({
  stdin: {
    contents: `
      export { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
      export { Amplify, fetchAuthSession } from "@aws-amplify/core";`,
    resolveDir: fileURLToPath(new URL("..", import.meta.url)),
  },
  bundle: true, minify: true, format: "iife", globalName: "sdk", footer: { js: "window.sdk = sdk;" },
  platform: "browser", target: "es2022", write: false,
}).outputFiles[0].text;

/** Who AWS says that this page is, asked by one SDK client for all times: an ARN, or the error. */
export const caller = (page) =>
  page.evaluate(() => {
    window.client ??= new sdk.STSClient({ region: "eu-central-1", endpoint: config.aws.endpoints?.sts, credentials: auth.awsCredentials, maxAttempts: 1 });
    return client.send(new sdk.GetCallerIdentityCommand({})).then(({ Arn }) => Arn, (e) => e.code ?? e.name);
  });

/** Who has these credentials, asked from here. */
export const callerOf = (credentials, endpoint) =>
  new STSClient({ region: "eu-central-1", endpoint, credentials, maxAttempts: 1 }) //
    .send(new GetCallerIdentityCommand({}))
    .then(({ Arn }) => Arn, (e) => e.name);

/** What `awsCredentials(options)` resolves with, dates as numbers, or the verdict on its error. */
export const credentials = (page, options) =>
  page.evaluate(
    (options) =>
      auth.awsCredentials(options).then(
        ({ expiration, ...rest }) => ({ ...rest, expiration: expiration instanceof Date && expiration.getTime() }),
        (e) => [gatepass.isGatepassError(e) ? e.code : String(e), e.details?.rule, ...(e.details?.option ? [e.details.option] : [])],
      ),
    options,
  );

/** The role in an ARN of a session. */
export const roleOf = (arn) => arn.match(/assumed-role\/([^/]+)\//)?.[1] ?? arn;
/** The name of a role's ARN. */
export const roleName = (arn) => arn.split("/").at(-1);

/** What a page has asked AWS for credentials, in order: `GetId`, `AssumeRoleWithSAML` … */
export const asked = (page, from = 0) =>
  page.wire.slice(from).flatMap(({ kind, method, headers, body }) => {
    if (kind !== "request" || method !== "POST") return [];
    const action = headers["x-amz-target"]?.match(/^AWSCognitoIdentityService\.(.*)/)?.[1] ?? body?.match(/^Action=(Assume\w+)/)?.[1];
    return action ? [action] : [];
  });

/** Answers the next `times` requests of this action itself: with a status and a body, or what `answer(route)` does. */
export async function interfere(page, action, answer, times = 1) {
  await page.route("**/", async (route) => {
    const isMeant = (route.request().headers()["x-amz-target"] ?? "").endsWith(`.${action}`);
    if (!isMeant || times-- <= 0) return route.fallback();
    if (answer instanceof Function) return answer(route);
    const { status = 400, ...body } = answer;
    const headers = { "access-control-allow-origin": "*", "content-type": "application/x-amz-json-1.1" };
    return route.fulfill({ status, headers, body: JSON.stringify(body) });
  });
}
