// Signs one AWS request with Signature Version 4, as the emulator demands of every administrative
// call under AUTH=true. Only what the seeding needs: POST to the path `/` without a query.

import { createHash, createHmac } from "node:crypto";

/** The headers of a signed `POST /`. `credentials` is `{ accessKeyId, secretAccessKey }`; without a `target` the body is a form. */
export function signedHeaders({ host, region, service, target, body, credentials, now = new Date() }) {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const headers = {
    "content-type": target ? "application/x-amz-json-1.1" : "application/x-www-form-urlencoded",
    host,
    "x-amz-date": time,
    ...(target && { "x-amz-target": target }),
  };
  const names = Object.keys(headers).join(";");
  const canonicalHeaders = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`).join("");
  const canonicalRequest = ["POST", "/", "", canonicalHeaders, names, sha256(body)].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonicalRequest)].join("\n");

  const key = scope.split("/").reduce(hmac, `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, toSign).toString("hex");
  const credential = `${credentials.accessKeyId}/${scope}`;
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
  return headers;
}

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
