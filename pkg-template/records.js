// What is remembered beside the session, and where.
//
// | record                           | where                                                                  | until                  |
// | `gatepass:{client}:tx:{state}`   | the first of sessionStorage, IndexedDB, localStorage that reads back   | the browser comes back |
// | `gatepass:{client}:signed-out`   | localStorage: "1" deliberately, else the reason why the session ended  | the next sign-in       |
// | `gatepass:{client}:logout`       | localStorage: the ID of a LogoutRequest that was sent                  | its answer             |
// | `gatepass:{client}:restarted`    | localStorage: when a sign-in was restarted without a click             | the next sign-in       |
// | `gatepass:{client}:signed-in-at` | localStorage: OpenMetadata's sign-ins of the last minute              | a sign-out             |
// | `gatepass:{client}:foreign-cookie` | localStorage: its `refreshToken` cookie was there before the sign-in  | the next sign-in       |
// | `gatepass:{client}:openmetadata` | sessionStorage: what OpenMetadata's server says of itself              | an hour                |
// | `gatepass:{client}:guest:{pool}` | localStorage: the identity of who is not signed in, at an AWS pool     | the pool forgets it    |

import { idb } from "./idb.js";
import { attempt, entries, read, remove, write } from "./web-storage.js";

const PREFIX = "gatepass:";
const LIFETIME = 3600; // seconds: people do go for lunch on the login page
const MAX_TRANSACTIONS = 20; // abandoned sign-ins must not fill the store

export const SIGNED_OUT = "signed-out";
export const RESTARTED = "restarted";
/** A transaction of another client on this origin: left alone. */
export const FOREIGN = Symbol("foreign");

const claimed = new Set(); // by clients of this page: a second client must not call them unknown

export function makeRecords(client) {
  const own = `${PREFIX}${client}:`;
  const transactions = `${own}tx:`;

  return {
    /** Keeps a transaction in the first store that reads it back; `forWorkers`: in IndexedDB, the only one that they see. False: none does. */
    async keep(state, text, forWorkers) {
      const key = transactions + state;
      for (const name of WEB) for (const old of stale(entries(name, transactions))) remove(name, old);
      if (!forWorkers && write("sessionStorage", key, text)) return true;
      for (const old of stale(await inIdb(transactions))) await idb.take(old).catch(() => {});
      if ((await idb.put(key, text).catch(() => {})) === text) return true;
      return !forWorkers && write("localStorage", key, text);
    },

    /** Takes the transaction of `state`: whoever comes second finds nothing. */
    async claim(state) {
      const key = transactions + state;
      let text;
      for (const name of WEB) {
        text ??= read(name, key);
        remove(name, key);
      }
      text ??= await idb.take(key).catch(() => {});
      if (text !== undefined) {
        claimed.add(key);
        return text;
      }
      const suffix = `:tx:${state}`;
      const theirs = (keys) => keys.some((other) => other.endsWith(suffix) && other !== key);
      const there = (await inIdb(PREFIX)).map(([other]) => other);
      // Last: another client of this page may have claimed its own meanwhile.
      const here = [...claimed, ...WEB.flatMap((name) => entries(name, PREFIX).map(([other]) => other))];
      if (theirs(there) || theirs(here)) return FOREIGN;
    },

    /** Every transaction of this client goes. */
    async clear() {
      for (const name of WEB) for (const [key] of entries(name, transactions)) remove(name, key);
      for (const [key] of await inIdb(transactions)) await idb.take(key).catch(() => {});
    },

    mark: (mark) => read("localStorage", own + mark),
    setMark: (mark, text) => (text ? write("localStorage", own + mark, text) : remove("localStorage", own + mark)),
  };
}

/** The keys of damaged and stale transactions, then of the oldest beyond 19. */
function stale(all) {
  const now = Date.now() / 1000;
  const live = [];
  const dead = [];
  for (const [key, text] of all) {
    const { v, created } = attempt(() => JSON.parse(text)) ?? {};
    if (v === 1 && Math.abs(now - created) <= LIFETIME) live.push([created, key]);
    else dead.push(key);
  }
  live.sort(([a], [b]) => b - a);
  return [...dead, ...live.slice(MAX_TRANSACTIONS - 1).map(([, key]) => key)];
}

const WEB = ["sessionStorage", "localStorage"];
const inIdb = (prefix) => idb.list(prefix).catch(() => []);
