// A React app as its author would write it, in StrictMode, which runs every initialiser and every
// effect twice. What happened is on `window` for the test.

import { StrictMode, useEffect, useState, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { createGatepass } from "gatepass";
import config from "/config.js";

const { stay } = window.harness ?? {};
window.seen = { clients: [], ready: [], results: [], callbacks: [], snapshots: [] };

function App() {
  const [auth] = useState(() => {
    const onCallback = stay ? (result) => seen.callbacks.push(result) : undefined;
    const auth = createGatepass({ ...config, onCallback });
    seen.clients.push(auth);
    return auth;
  });
  const snapshot = useSyncExternalStore(auth.subscribe, () => auth.snapshot);
  seen.snapshots.push(snapshot);
  useEffect(() => {
    seen.ready.push(auth.ready());
    seen.results.push(auth.handleCallback());
  }, [auth]);
  return (
    <main data-status={snapshot.status}>
      {snapshot.status === "signedIn" ? snapshot.user.email : <button onClick={() => auth.signIn()}>Sign in</button>}
    </main>
  );
}

createRoot(document.querySelector("#root")).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
