// What the core asks of the outside: a request to send, a signature to check. Bounded in time and bytes.

/** Sends at once. The answer is `{ status, body, date, at }`, both times in milliseconds; no body: too long. */
export async function send({ request, limit }) {
  try {
    const response = await fetch(request);
    const body = await text(response.body, limit);
    return { status: response.status, body, date: Date.parse(response.headers.get("date")), at: Date.now() };
  } catch (e) {
    // Only its name is looked at: a patched fetch may reject with anything.
    throw { code: /^(Timeout|Abort)Error$/.test(e?.name) ? "request_timeout" : "network_failed" };
  }
}

async function text(body, limit) {
  const chunks = [];
  for (const reader = body?.getReader(); reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    if ((limit -= value.length) < 0) return void reader.cancel();
  }
  const bytes = await new Blob(chunks).arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined; // not text
  }
}

/** Whether the signature holds, and the digest of what came along. A key that cannot be imported verifies nothing. */
export async function verify({ algorithm, key, signature, signed, companion }) {
  const { subtle } = crypto;
  const imported = await subtle.importKey("jwk", key, algorithm, false, ["verify"]).catch(() => {});
  const holds = imported && (await subtle.verify(algorithm, imported, signature, signed).catch(() => false));
  return { holds, digest: await subtle.digest(algorithm.hash, companion) };
}
