// The address that this page was opened with. On the redirect URI the authorization response leaves
// the address bar at once, before anything is loaded: no Referer, no history entry, no screenshot
// carries a code. Once per page, shared by all clients. SAML's and OpenMetadata's addresses likewise.

const LOGOUT = /^(SAML(Request|Response|Encoding)|RelayState|Sig(Alg|nature))$/;
const QUERY = /^(code|state|iss|error(_description|_uri)?|session_state|saml_handle)$/;
const TOKEN = new RegExp(`${QUERY.source}|^(access_token|id_token|token_type|expires_in|scope|email|name)$`);
const TELLTALE = /[?#&](code|error|id_token|saml_handle)=/;

let taken; // { origin + path, full address }

/** The full address if this page is where `config` awaits a response, with one in it; else undefined. */
export function takeArrival({ redirectUri, saml, openMetadata }) {
  // Each generation of OpenMetadata's servers comes back to another one.
  const here = openMetadata && globalThis.location?.pathname;
  redirectUri ??= /^.(auth|saml).callback$/.test(here) ? here : "/callback";
  const { acsUrl, sloUrl } = saml?.sp ?? {};
  // A post that no worker took may be answered with the app's own page: nothing is in its address.
  return (
    take(redirectUri, TELLTALE, openMetadata ? TOKEN : QUERY, TOKEN) ??
    (sloUrl && take(sloUrl, /[?&]SAMLRe/, LOGOUT)) ??
    (acsUrl && take(acsUrl, /^/, /^$/))
  );
}

function take(place, telltale, inQuery, inFragment = inQuery) {
  const { origin, pathname } = (typeof window !== "undefined" && parseUrl(place, location.origin)) || {};
  if (!origin) return;
  if (taken?.path === origin + pathname) return taken.address;
  if (location.origin !== origin || location.pathname !== pathname || !telltale.test(location.href)) return;
  taken = { path: origin + pathname, address: location.href };
  const query = without(location.search, inQuery);
  const fragment = telltale.test(location.hash) ? without(location.hash, inFragment) : location.hash;
  history.replaceState(history.state, "", pathname + query + fragment);
  return taken.address;
}

/** The URL, or undefined when `text` is none. */
export function parseUrl(text, base) {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

// Pair by pair, not by URLSearchParams: the app's own parameters stay byte for byte.
function without(part, names) {
  const kept = part.slice(1).split("&").filter((pair) => pair && !names.test(pair.split("=")[0]));
  return kept.length ? part[0] + kept.join("&") : "";
}
