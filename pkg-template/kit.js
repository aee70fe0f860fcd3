// What the page has once, for the SAML door and for AWS credentials: they are fetched apart, and must not bring their own.

import { GatepassError, addCodes, toGatepassError } from "./errors.js";
import { doors, load } from "./load.js";
import { depart } from "./page.js";

/** `taken`: hand-overs that one of the page's clients has taken, by handle. */
export const kit = { GatepassError, addCodes, depart, doors, load, taken: new Map(), toGatepassError };
