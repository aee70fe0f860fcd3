// The provider's endpoints, where the configuration does not say them: asked for once, kept for an hour.

import { attempt, read, remove, write } from "./web-storage.js";
import { send } from "./wire.js";

const LIFETIME = 3_600_000; // milliseconds

/** `ready()` resolves when the core knows the endpoints; a failure is forgotten and can be tried again. */
export function makeProvider(client) {
  const key = `gatepass:${client.name}:provider`;
  let asking;

  const ask = async () => {
    if (recall()) return;
    const answer = await send(client.core.discover());
    client.core.discovered(answer);
    write("sessionStorage", key, JSON.stringify({ at: Date.now(), answer }));
  };

  // What was kept is checked like what has just come.
  const recall = () =>
    attempt(() => {
      const { at, answer } = JSON.parse(read("sessionStorage", key));
      if (Math.abs(Date.now() - at) > LIFETIME) return false;
      client.core.discovered(answer);
      return true;
    });

  return {
    async ready() {
      if (client.core.isKnown()) return;
      await (asking ??= ask().finally(() => (asking = undefined)));
    },
    forget: () => remove("sessionStorage", key),
  };
}
