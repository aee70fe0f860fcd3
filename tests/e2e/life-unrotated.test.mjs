// Providers that do not rotate, as a user pool does unless told to: no refresh token comes with a
// renewal, and the old one is kept.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startMinistack } from "../providers/ministack.mjs";
import { LIFETIME, person, refreshesFrom, shown, snapshot, startLife, token } from "./life.mjs";
import { ready } from "./world.mjs";

const WORLDS = {
  "the Cognito emulator": await startLife({ startProvider: emulator }),
  "oidc-provider without rotation": await startLife({ providerOptions: { rotates: false } }),
};
after(() => Promise.all(Object.values(WORLDS).map((world) => world.stop())));

async function emulator(options) {
  const provider = await startMinistack(options);
  const { userPoolId, clientId, domain, jwksUri, engineer } = provider;
  return { ...provider, cognito: { userPoolId, clientId, domain, endpoints: { jwksUri } }, person: engineer };
}

// Whether each answer of the token endpoint brought a refresh token, since the page was loaded.
const NOTE_ANSWERS = `window.answers = [];
  const { fetch: send } = window;
  window.fetch = async (input, init) => {
    const response = await send(input, init);
    if (response.url.endsWith("/oauth2/token")) answers.push("refresh_token" in (await response.clone().json()));
    return response;
  };`;

for (const [name, world] of Object.entries(WORLDS)) {
  // The emulator's clock is its own: it is the person's that moves.
  test(`${name}: renewals in a row send the same refresh token and bring new tokens`, async (t) => {
    const ada = await person(t, world);
    const tabs = [await ada.signIn({ init: NOTE_ANSWERS }), await ada.tab(), await ada.tab()];
    const tokens = [await token(tabs[0])];
    for (let round = 1; round <= 2; round++) {
      await ada.clock.set(LIFETIME + 60);
      tokens.push(await token(tabs[0]));
      assert.deepEqual(await snapshot(tabs[0]), { status: "signedIn", via: "oidc", stale: false });
      for (const tab of tabs) assert.equal(await token(tab), tokens.at(-1));
      assert.equal(tabs.flatMap(refreshesFrom).length, round);
    }
    assert.equal(new Set(tokens).size, 3);
    assert.deepEqual(await tabs[0].evaluate(() => answers), [true, false, false], "the sign-in's, and the renewals'");
    const sent = refreshesFrom(tabs[0]).map(({ body }) => new URLSearchParams(body).get("refresh_token"));
    assert.ok(sent[0].length > 10);
    assert.equal(sent[1], sent[0]);
    t.diagnostic(`refresh requests: ${sent.length}`);

    await tabs[2].reload();
    assert.equal((await ready(tabs[2])).status, "signedIn");
    assert.equal(tabs.flatMap(refreshesFrom).length, 2);
  });

  test(`${name}: three tabs, one expired token: one refresh request, three signed in`, async (t) => {
    const ada = await person(t, world);
    const tabs = [await ada.signIn(), await ada.tab(), await ada.tab()];
    await ada.clock.set(LIFETIME + 60);
    const tokens = await Promise.all(tabs.map((tab) => token(tab)));
    t.diagnostic(`refresh requests: ${tabs.flatMap(refreshesFrom).length}`);
    assert.equal(tabs.flatMap(refreshesFrom).length, 1);
    assert.equal(new Set(tokens).size, 1);
    assert.match(tokens[0], /^…[\w-]{12}$/);
    for (const tab of tabs) assert.deepEqual([...new Set(await shown(tab))], ["signedIn"]);
  });
}
