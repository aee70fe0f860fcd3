// What a server that renders the same app does: import, create, ask. Prints what it saw; every global
// of a browser is a trap.

const touched = [];
for (const name of ["document", "location", "history", "localStorage", "sessionStorage", "indexedDB", "addEventListener"]) {
  Object.defineProperty(globalThis, name, { get: () => void touched.push(name) });
}
const before = Object.getOwnPropertyNames(globalThis).join();

const { createGatepass, init, isGatepassError } = await import("gatepass");
const auth = createGatepass({ cognito: { userPoolId: "eu-central-1_gatepass", clientId: "abc", domain: "my-app" } });
const another = createGatepass({ cognito: { userPoolId: "eu-central-1_gatepass", clientId: "abc", domain: "my-app" } });

const rejection = (promise) => promise.then(() => "resolved", (error) => [isGatepassError(error), error.code, error.details.rule].join());
const seen = {
  snapshot: auth.snapshot,
  ready: await auth.ready(),
  same: (await auth.ready()) === auth.snapshot,
  ownForEachRequest: auth !== another,
  unsubscribe: typeof auth.subscribe(() => {}),
  rejections: await Promise.all([
    auth.signIn(),
    auth.handleCallback("https://app.example/callback?code=a&state=b"),
    auth.startFrom("https://app.example/start?idp=A"),
    auth.getAccessToken(),
    auth.signOut(),
  ].map(rejection)),
  init: typeof init,
  newGlobals: Object.getOwnPropertyNames(globalThis).join() !== before,
  touched,
};
console.log(JSON.stringify(seen));
