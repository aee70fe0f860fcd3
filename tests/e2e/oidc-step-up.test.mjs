// What the app asks of the authentication itself is enforced here, whatever the provider made of it:
// `maxAge` by `auth_time`, `acrValues` by `acr` (OpenID Connect Core §3.1.2.1, §3.1.3.7 steps 12 and 13).

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { startCrafted } from "../providers/crafted.mjs";
import { requestsTo } from "./wire.mjs";
import { ready, rejection, startWorld, verdict } from "./world.mjs";

const world = await startWorld({ startProvider: startCrafted });
const { origin, provider } = world;
after(world.stop);
beforeEach(() => provider.craft());

// The site's own configuration says Cognito (its Content Security Policy is made from that); the page's is this.
const DOOR = `harness.options = { cognito: undefined, oidc: ${JSON.stringify({ issuer: provider.issuer, clientId: provider.clientId })} };`;
const open = (t) => world.open(t, "/start", { harness: { stay: true }, init: DOOR });

const ago = (seconds) => ({ iat }) => ({ auth_time: iat - seconds });
const acr = (acr) => () => ({ acr });
const nothing = () => ({});
const GOLD = "urn:gatepass:gold";
const SILVER = "urn:gatepass:silver";

for (const { what, options, extra, rule } of [
  { what: "maxAge: typed a minute ago", options: { maxAge: 300 }, extra: ago(60) },
  { what: "maxAge: typed an hour ago", options: { maxAge: 300 }, extra: ago(3600), rule: "auth_time" },
  { what: "maxAge: nobody says when", options: { maxAge: 300 }, extra: nothing, rule: "auth_time" },
  { what: "maxAge: not a number", options: { maxAge: 300 }, extra: ({ iat }) => ({ auth_time: String(iat) }), rule: "auth_time" },
  { what: "maxAge 0: typed just now", options: { maxAge: 0 }, extra: ago(0) },
  { what: "maxAge 0: typed ten minutes ago", options: { maxAge: 0 }, extra: ago(600), rule: "auth_time" },
  { what: "no maxAge: typed last year", options: {}, extra: ago(365 * 86_400) },
  { what: "acrValues: the preferred", options: { acrValues: `${GOLD} ${SILVER}` }, extra: acr(GOLD) },
  { what: "acrValues: the other", options: { acrValues: `${GOLD} ${SILVER}` }, extra: acr(SILVER) },
  { what: "acrValues: another", options: { acrValues: `${GOLD} ${SILVER}` }, extra: acr("0"), rule: "acr" },
  { what: "acrValues: a part of one", options: { acrValues: GOLD }, extra: acr("urn"), rule: "acr" },
  { what: "acrValues: the list itself", options: { acrValues: `${GOLD} ${SILVER}` }, extra: acr(`${GOLD} ${SILVER}`), rule: "acr" },
  { what: "acrValues: nobody says", options: { acrValues: GOLD }, extra: nothing, rule: "acr" },
  { what: "acrValues: empty", options: { acrValues: GOLD }, extra: acr(""), rule: "acr" },
]) {
  test(`${what}: ${rule ? `id_token_invalid / ${rule}` : "signed in"}`, async (t) => {
    provider.craft({ claims: (honest) => ({ ...honest, ...extra(honest) }) });
    const page = await open(t);
    await page.evaluate((options) => void auth.signIn(options).catch(() => {}), options);
    await page.waitForURL(`${origin}/callback`);
    const { status, error } = await ready(page);
    assert.deepEqual([status, error && verdict(error)], rule ? ["signedOut", ["id_token_invalid", rule]] : ["signedIn", undefined]);

    const { searchParams } = new URL(requestsTo(page.wire, provider.origin).find(({ url }) => url.includes("/authorize?")).url);
    const sent = { maxAge: searchParams.get("max_age"), acrValues: searchParams.get("acr_values") };
    assert.deepEqual(sent, { maxAge: options.maxAge?.toString() ?? null, acrValues: options.acrValues ?? null });
  });
}

for (const [options, rule, option] of [
  [{ maxAge: -1 }, "malformed", "maxAge"],
  [{ maxAge: 1e21 }, "malformed", "maxAge"],
  [{ maxAge: "300" }, "type", "maxAge"],
  [{ acrValues: [GOLD] }, "type", "acrValues"],
  [{ extraParams: { max_age: "0" } }, "reserved", "max_age"],
  [{ extraParams: { acr_values: GOLD } }, "reserved", "acr_values"],
]) {
  test(`refused: ${JSON.stringify(options)}`, async (t) => {
    const page = await open(t);
    const error = await rejection(page, `() => auth.signIn(${JSON.stringify(options)})`);
    assert.deepEqual([...verdict(error), error.details.option], ["request_invalid", rule, option]);
    assert.equal(page.url(), `${origin}/start`);
  });
}
