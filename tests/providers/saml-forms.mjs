// A browser that only knows redirects, cookies and one form on a page: for sign-ins at identity
// providers of others, over HTTP.

/** A person's cookies at one identity provider. */
export const makeJar = () => new Map();

/**
 * Goes where a departure leads, `{ url }` or `{ action, fields }`, follows redirects, and answers with
 * the form of the page that comes, the one that is posted: `{ action, fields }`, with what is filled in already.
 */
export async function submit({ url, action, fields }, more = {}, jar = makeJar()) {
  let at = url ?? action;
  let body = fields && new URLSearchParams({ ...fields, ...more });
  for (let hops = 0; hops < 10; hops++) {
    const answer = await fetch(at, {
      method: body ? "POST" : "GET",
      redirect: "manual",
      headers: { cookie: [...jar].map((pair) => pair.join("=")).join("; ") },
      ...(body && { body }),
    });
    for (const cookie of answer.headers.getSetCookie()) jar.set(...cookie.split(";")[0].split(/=(.*)/s, 2));
    const location = answer.headers.get("location");
    if (!location) return { status: answer.status, ...form(await answer.text(), at) };
    [at, body] = [new URL(location, at).href, undefined];
  }
  throw new Error("too many redirects");
}

function form(html, at) {
  const forms = [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gis)];
  const [, attributes = "", inside = ""] = forms.find(([, attributes]) => /\bmethod\s*=\s*["']post/i.test(attributes)) ?? [];
  const fields = {};
  for (const [tag] of inside.matchAll(/<(?:input|textarea|select)\b[^>]*>/gi)) {
    const name = attribute(tag, "name");
    if (name) fields[name] = attribute(tag, "value") ?? "";
  }
  return { action: new URL(attribute(attributes, "action") ?? "", at).href, fields, html };
}

function attribute(tag, name) {
  const [, double, single] = tag.match(new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, "i")) ?? [];
  return (double ?? single)?.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, dec, word) => WORDS[word] ?? String.fromCodePoint(hex ? parseInt(hex, 16) : dec));
}

const WORDS = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
