// The core's question about one signature, put to WebCrypto. Keys are kept: a back end asks often.

const keys = new Map(); // by algorithm and bytes
const MAX_KEYS = 64;

/** Whether one of these questions is answered with yes. */
export async function anyHolds(checks) {
  for (const check of checks) if (await holds(check)) return true;
  return false;
}

/** A key that cannot be imported verifies nothing. */
export async function holds({ algorithm, key, signature, signed }) {
  const { subtle } = crypto;
  const name = algorithm.name + algorithm.hash + String.fromCharCode(...key);
  let imported = keys.get(name);
  if (!imported) {
    if (keys.size >= MAX_KEYS) keys.clear();
    imported = subtle.importKey("spki", key, algorithm, false, ["verify"]).catch(() => {});
    keys.set(name, imported);
  }
  const usable = await imported;
  return usable ? subtle.verify(algorithm, usable, signature, signed).catch(() => false) : false;
}
