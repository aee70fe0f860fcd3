// A server of our own on a port of this machine, ended with the program at the latest.

import { atEnd } from "./lifetime.mjs";
import { assertPortFree } from "./ports.mjs";

/** Listens on `port` for `name`, which an error says; resolves with the function that stops it. */
export async function listen(server, port, name) {
  await assertPortFree(port, name);
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  const forget = atEnd(close);
  return async () => {
    forget();
    close();
  };
}
