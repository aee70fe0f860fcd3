// gatepass/amplify: Amplify's other libraries (Storage, API, Geo …) with gatepass's sign-in under them.
//
//   Amplify.configure(outputs, { Auth: amplifyProviders(auth) })

/** The two providers that `Amplify.configure` takes. */
export function amplifyProviders(auth) {
  return {
    tokenProvider: {
      async getTokens() {
        const tokens = await signedIn(() => Promise.all([auth.getAccessToken(), auth.getIdToken()]));
        if (!tokens) return null;
        const [accessToken, idToken] = tokens.map(jwt);
        return { accessToken, idToken };
      },
    },
    credentialsProvider: {
      async getCredentialsAndIdentityId({ forceRefresh = false } = {}) {
        const given = await signedIn(() => auth.awsCredentials({ forceRefresh }));
        if (!given) return undefined;
        const { identityId, ...credentials } = given;
        return identityId ? { credentials, identityId } : { credentials };
      },
      clearCredentialsAndIdentityId() {}, // gone with the sign-out
    },
  };
}

/** Amplify asks without knowing whether somebody is signed in; nobody is no error to it. */
async function signedIn(ask) {
  try {
    return await ask();
  } catch (e) {
    if (e?.code === "sign_in_required") return undefined;
    throw e;
  }
}

/** A token as Amplify passes it on. One that is no JWT, as other providers' access tokens may be, has nothing to read. */
function jwt(token) {
  return { payload: payload(token), toString: () => token };
}

function payload(token) {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}
