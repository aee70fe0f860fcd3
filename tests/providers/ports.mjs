// Whether a port of this machine is free, asked before a server is started: without the question
// the readiness check of a new server could be answered by an old one.

import { createServer } from "node:net";

/** Throws an error that a person can act on when something listens on `port` of localhost. */
export async function assertPortFree(port, purpose) {
  for (const host of ["127.0.0.1", "::1"]) {
    if (await isTaken(port, host)) {
      throw new Error(`Port ${port}, wanted for ${purpose}, is in use. Stop what listens there and try again.`);
    }
  }
}

function isTaken(port, host) {
  return new Promise((resolve) => {
    const probe = createServer();
    // Anything but EADDRINUSE (no IPv6 on this machine, say) means that nobody listens there.
    probe.once("error", (error) => resolve(error.code === "EADDRINUSE"));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(false)));
  });
}
