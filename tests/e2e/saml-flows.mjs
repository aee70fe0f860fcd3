// The SAML sign-in as every identity provider must see it: the same tests run against saml-idp and
// against SimpleSAMLphp.

import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded, xmlOf, xmlOfQuery } from "./saml-world.mjs";
import { lines, requests, requestsBeside } from "./wire.mjs";
import { ready, stored, verdict } from "./world.mjs";

const HANDLE = /^[A-Za-z0-9_-]{43}$/; // 32 bytes
// What may stay in the browser: while somebody is signed in, and afterwards.
const SIGNED_IN = ["gatepass:default:session", "gatepass:replay:", "gatepass:vault-key"];
const SIGNED_OUT = ["gatepass:default:signed-out", "gatepass:replay:", "gatepass:vault-key"];

/**
 * Registers the tests; `world` is from `startSamlWorld`, `person` is the user as the page must see them, `back` the
 * verdict, if any, of what comes when a signed-in person goes back to the identity provider.
 */
export function samlFlows(world, person, { back } = {}) {
  const { origin, idp, sp } = world;

  for (const binding of ["redirect", "post"]) {
    test(`asked by ${binding}: who has signed in, and until when`, async (t) => {
      const page = await world.signedIn(t, "/start?x=1#part", { harness: { saml: { binding } } });

      const { status, via, stale, error, user: { claims, ...user }, expiresAt } = await ready(page);
      assert.deepEqual([status, via, stale, error], ["signedIn", "saml", false, undefined]);
      assert.deepEqual(user, { ...person, issuer: idp.entityId, roles: [] });
      assert.equal(page.url(), `${origin}/start?x=1#part`);

      const response = xmlOf(await page.evaluate(() => auth.samlResponse()));
      assert.equal(claims.signed, "response");
      assert.equal(claims.assertionId, response.match(/<saml:Assertion [^>]*\bID="([^"]+)"/)[1]);
      assert.equal(claims.sessionIndex, response.match(/ SessionIndex="([^"]+)"/)[1]);
      assert.deepEqual([claims.nameId.value, claims.nameId.format.split(":").at(-1)], [person.email, "emailAddress"]);
      assert.equal(expiresAt, Math.floor(endOf(response) / 1000) * 1000);
      assert.deepEqual(await page.evaluate(() => log), []);
    });

    test(`asked by ${binding}: the answer is to our request, and RelayState is a handle alone`, async (t) => {
      const page = await world.open(t, "/", { harness: { saml: { binding } } });
      await world.begin(page, { returnTo: "/deep?secret=1" });
      const { SAMLResponse, RelayState } = await world.logInAndHold(page);

      const asked = requestsBeside(page.wire, origin)[0];
      const { method, body, url } = asked;
      assert.equal(method, binding === "post" ? "POST" : "GET");
      const sent = binding === "post" ? new URLSearchParams(body) : new URL(url).searchParams;
      assert.deepEqual([...sent.keys()], ["SAMLRequest", "RelayState"]);
      const request = (binding === "post" ? xmlOf : xmlOfQuery)(sent.get("SAMLRequest"));
      const id = request.match(/ ID="([^"]+)"/)[1];
      assert.match(id, /^_[A-Za-z0-9_-]{43}$/);
      assert.ok(!request.includes("/deep"), "where to go afterwards is nobody's business");
      assert.match(RelayState, HANDLE);
      assert.equal(sent.get("RelayState"), RelayState);
      assert.deepEqual(xmlOf(SAMLResponse).match(/ InResponseTo="[^"]+"/g), [` InResponseTo="${id}"`, ` InResponseTo="${id}"`]);
    });
  }

  test("before it leaves, the page asks for the site's own files and nothing else", async (t) => {
    const mark = world.site.requests.length;
    const page = await world.open(t, "/start");
    await ready(page);
    await world.begin(page);

    const [asked] = requestsBeside(page.wire, origin);
    assert.equal(asked.type, "Document");
    const before = requests(page.wire.slice(0, page.wire.indexOf(asked)));
    assert.ok(before.length > 5 && before.every(({ method, type }) => method === "GET" && type !== "Fetch"), lines(before).join());
    // The worker's own script is asked for by the browser, beside the page.
    const served = world.site.requests.slice(mark).map(({ method, path }) => `${method} ${path.split("?")[0]}`);
    const isStatic = (line) => /^GET (\/start|\/(app|config|acs)\.js|\/favicon\.ico|\/gatepass\/[\w./-]+\.js)$/.test(line);
    assert.deepEqual(served.filter((line) => !isStatic(line)), []);
    assert.ok(served.includes("GET /acs.js"));
  });

  test("returnTo comes back with query and fragment, to a clean address", async (t) => {
    const page = await world.signedIn(t, "/", { signIn: { returnTo: "/deep/er?q=a%20b&r=1#part" }, harness: { stay: true } });

    assert.equal(page.url(), `${origin}/callback`);
    assert.deepEqual(await page.evaluate(() => callbacks.map(({ returnTo }) => returnTo)), ["/deep/er?q=a%20b&r=1#part"]);
    const again = await page.evaluate(() => auth.handleCallback().then(({ returnTo }) => [returnTo, callbacks.length]));
    assert.deepEqual(again, ["/deep/er?q=a%20b&r=1#part", 1]);
  });

  test("the response is in no address, no Referer, no history entry and no store, and reaches no server", async (t) => {
    const page = await world.signedIn(t, "/a?b=c#d", { harness: { options: { storage: "local" } } });
    await page.evaluate(() => fetch("/after"));

    const response = await page.evaluate(() => auth.samlResponse());
    const posted = requests(page.wire).find(({ url, method }) => url === sp.acsUrl && method === "POST");
    assert.equal(new URLSearchParams(posted.body).get("SAMLResponse").replace(/\s/g, ""), response);
    const part = response.slice(response.length / 2).match(/[A-Za-z0-9]{20,}/)[0]; // the same wherever it is written
    const isTold = (text = "") => /SAMLResponse/.test(text) || text.includes(part);
    const cdp = await page.context().newCDPSession(page);
    const { entries } = await cdp.send("Page.getNavigationHistory");
    const texts = [
      ...page.wire.map(({ url }) => url),
      ...requests(page.wire).map(({ headers }) => headers.referer),
      ...world.site.requests.flatMap(({ path, referer }) => [path, referer]),
      ...entries.flatMap(({ url, userTypedURL }) => [url, userTypedURL]),
    ];
    assert.ok(texts.includes(`${origin}/a?b=c#d`) && texts.includes(`${origin}/a?b=c`), "addresses and Referers are seen at all");
    assert.deepEqual(texts.filter(isTold), []);
    assert.deepEqual(world.posts(), []);

    assert.deepEqual(await left(page), SIGNED_IN);
    const readable = (await stored(page)).map(([, , value]) => String(value)).join("\n");
    assert.ok(readable.includes(person.email) && !readable.includes(part) && !readable.includes("<saml"));
  });

  test("a reload of the callback keeps the session and asks nobody", async (t) => {
    const page = await world.signedIn(t, "/", { harness: { stay: true } });
    const before = await ready(page);
    const mark = page.wire.length;
    await page.reload();
    await loaded(page);

    assert.equal(page.url(), `${origin}/callback`);
    assert.deepEqual(await ready(page), before);
    assert.deepEqual(lines(requestsBeside(page.wire.slice(mark), origin)), []);
  });

  test("an old callback address with a live session is cleaned, and nothing else", async (t) => {
    const page = await world.signedIn(t, "/", { harness: { stay: true } });
    const before = await ready(page);
    const { url } = requests(page.wire).find(({ url }) => url.includes("saml_handle="));
    await page.goto("about:blank");
    await page.goto(url);
    await loaded(page);

    assert.deepEqual(await ready(page), before);
    assert.equal(page.url(), `${origin}/callback`);
  });

  test("a second tab is signed in", async (t) => {
    const first = await world.signedIn(t, "/one");
    const second = await world.open(t, "/two", { context: first.context() });

    assert.deepEqual(await ready(second), await ready(first));
    assert.deepEqual(lines(requestsBeside(second.wire, origin)), []);
  });

  test("two sign-ins in two tabs, interleaved, both finish", async (t) => {
    const context = await world.person(t);
    const [one, two] = [await world.open(t, "/one", { context }), await world.open(t, "/two", { context })];
    await world.begin(one);
    await world.begin(two);
    await world.logIn(two);
    await world.logIn(one);

    for (const [page, path] of [[one, "/one"], [two, "/two"]]) {
      assert.equal((await ready(page)).status, "signedIn");
      assert.equal(page.url(), origin + path);
    }
    const answered = [one, two].map(({ wire }) => requests(wire).filter(({ url, method }) => url === sp.acsUrl && method === "POST").length);
    assert.deepEqual(answered, [1, 1]);
  });

  for (const scope of ["local", "global"]) {
    test(`sign-out, ${scope}, where the identity provider has no page for it: every tab, and the page stays`, async (t) => {
      const page = await world.signedIn(t, "/here");
      const other = await world.open(t, "/there", { context: page.context() });
      assert.equal((await ready(other)).status, "signedIn");
      const mark = page.wire.length;
      await page.evaluate((scope) => auth.signOut({ scope }), scope);

      assert.deepEqual(await page.evaluate(() => auth.snapshot), { status: "signedOut", reason: "signed_out" });
      await other.waitForFunction(() => auth.snapshot.status === "signedOut");
      assert.equal(await other.evaluate(() => auth.snapshot.reason), "elsewhere");
      assert.equal(page.url(), `${origin}/here`);
      assert.deepEqual(lines(requests(page.wire.slice(mark))), []);
      assert.deepEqual(await left(page), SIGNED_OUT);
      await page.reload();
      await loaded(page);
      assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
    });
  }

  test("the same form sent once more, from wherever: the session stands", async (t) => {
    const page = await world.open(t, "/start");
    await world.begin(page);
    const fields = await world.logInAndHold(page);
    await world.post(page, fields);
    const before = await ready(page);
    assert.equal(before.status, "signedIn");

    await page.goto(world.elsewhere.origin);
    await world.post(page, fields);
    assert.deepEqual(await ready(page), before);
    assert.equal(page.url(), `${origin}/callback`);
    assert.deepEqual(await left(page), SIGNED_IN);
  });

  test("back to the login page, and signed in there once more: the session stands", async (t) => {
    const page = await world.signedIn(t, "/start");
    const before = await ready(page);
    const cdp = await page.context().newCDPSession(page);
    const { entries } = await cdp.send("Page.getNavigationHistory");
    const { id: entryId } = entries.find(({ url }) => new URL(url).search && idp.isLogin(new URL(url)));
    const again = page.waitForRequest(sp.acsUrl);
    await Promise.all([
      page.waitForURL(({ origin }) => origin === idp.origin),
      cdp.send("Page.navigateToHistoryEntry", { entryId }),
    ]);
    // Who has a session there goes on at once.
    if (idp.isLogin(new URL(page.url()))) await idp.press(page);
    await again;
    await page.waitForURL(world.atSite);
    await loaded(page);

    const { error, ...after } = await ready(page);
    assert.deepEqual(after, before);
    assert.deepEqual(error && verdict(error), back);
    assert.equal(page.url(), `${origin}/callback`);
    assert.deepEqual(await left(page), SIGNED_IN);
  });

  test("a form that sends itself twice: one session", async (t) => {
    const page = await world.open(t, "/start");
    await world.begin(page);
    await world.logInAndHold(page);
    await page.evaluate(() => [release(held), release(held)]);
    await page.waitForURL(world.atSite);
    await loaded(page);

    assert.equal((await ready(page)).status, "signedIn");
    assert.deepEqual(await left(page), SIGNED_IN);
  });
}

/** The names of what the origin's stores hold; a replay key without its hash. */
const left = async (page) => (await stored(page)).map(([, key]) => key.replace(/(?<=:replay:).*/, "")).sort();

/** When the session ends, as the response says it: SAML core §2.7.2, or the later of the assertion's own ends. */
function endOf(response) {
  const times = (name) => [...response.matchAll(new RegExp(` ${name}="([^"]+)"`, "g"))].map(([, time]) => Date.parse(time));
  const [session] = times("SessionNotOnOrAfter");
  return session ?? Math.max(...times("NotOnOrAfter"));
}
