// The service worker that is the assertion consumer service: there before the page leaves.
//
//   register(acs.js?acs=…&callback=…) ── is it active already? ── else wait until it is

const PATIENCE = 10_000; // milliseconds

/** Resolves when it answers; rejects with `worker_unavailable` and why. */
export async function workerReady({ sp, workerUrl = "/acs.js" }, redirectUri = "/callback") {
  const workers = navigator.serviceWorker;
  if (!workers) throw unavailable("unsupported");
  const script = new URL(workerUrl, location.origin);
  for (const [name, url] of [["acs", sp.acsUrl], ["callback", redirectUri]]) script.searchParams.set(name, path(url));
  const scope = new URL(sp.acsUrl, location.origin).pathname;
  const isAbove = scope.startsWith(new URL(".", script).pathname); // a wrong type is a SecurityError, too
  const late = new Promise((_, reject) => setTimeout(() => reject(unavailable("timeout")), PATIENCE));
  const registering = workers.register(script, { scope, updateViaCache: "none" }).catch((e) => {
    throw unavailable(e?.name === "SecurityError" && !isAbove ? "scope" : "script");
  });
  const registration = await Promise.race([registering, late]);
  // An older one of the same address will do: their records have versions.
  if (registration.active?.scriptURL === script.href && registration.active.state === "activated") return;
  await activated(registration, script.href);
}

function activated(registration, script) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(unavailable("timeout")), PATIENCE);
    const end = (error) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    };
    const look = () => {
      const { installing, waiting, active } = registration;
      const worker = [installing, waiting, active].find((worker) => worker?.scriptURL === script);
      if (!worker) end(unavailable("script")); // its installation failed
      else if (worker.state === "activated") end();
      else worker.addEventListener("statechange", look);
    };
    look();
  });
}

const path = (address) => {
  const { pathname, search } = new URL(address, location.origin);
  return pathname + search;
};

const unavailable = (rule) => ({ code: "worker_unavailable", rule });
