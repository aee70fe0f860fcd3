// The identity providers as a person in a browser sees them: `isLogin(url)` knows the page, `press(page)` signs in there.

import { startSamlIdp } from "../providers/saml-idp.mjs";
import { startSimpleSamlPhp } from "../providers/simplesamlphp.mjs";
import { freePort } from "./world.mjs";

/** saml-idp: a page with a button. */
export async function samlIdp({ sp }) {
  const idp = await startSamlIdp({ port: await freePort(), sp });
  return {
    ...idp,
    origin: new URL(idp.singleSignOn).origin,
    idpInitiated: (relayState = "") => `${idp.singleSignOn}?${new URLSearchParams({ ...(relayState && { RelayState: relayState }) })}`,
    isLogin: (url) => url.pathname === "/saml/sso",
    press: (page) => page.evaluate(() => document.querySelector('form[method=post][action$=signin], form[method=post]').requestSubmit()),
  };
}

/** SimpleSAMLphp: a page with user name and password. */
export async function simpleSamlPhp(options) {
  const idp = await startSimpleSamlPhp({ port: await freePort(), ...options });
  return {
    ...idp,
    isLogin: (url) => url.pathname.endsWith("/loginuserpass.php"),
    press: (page, person = idp.person) =>
      page.evaluate(({ name, password }) => {
        document.querySelector("#username").value = name;
        document.querySelector("#password").value = password;
        document.querySelector("form[name=f], form").requestSubmit(document.querySelector("#submit_button"));
      }, person),
  };
}
