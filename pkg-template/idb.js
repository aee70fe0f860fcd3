// Records in IndexedDB, one object store. Every method rejects where the browser denies it.

/** One transaction: what `action(store)` resolves with. It waits for nothing but {@link result}s. */
export const run = async (mode, action) => {
  const db = await result(indexedDB.open("gatepass", 1), (open) => open.result.createObjectStore("records"));
  try {
    const transaction = db.transaction("records", mode);
    const kept = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error); // a full disk may show only here
    });
    const [answer] = await Promise.all([action(transaction.objectStore("records")), kept]);
    return answer;
  } finally {
    db.close();
  }
};

/** What a request of a transaction comes to. */
export const result = (request, upgrade) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = reject;
    request.onupgradeneeded = () => upgrade(request);
  });

/** In a transaction: all [key, value] pairs whose key starts with `prefix`. */
export const pairs = async (store, prefix) => {
  const range = IDBKeyRange.bound(prefix, prefix + "\uffff");
  const [keys, values] = await Promise.all([result(store.getAllKeys(range)), result(store.getAll(range))]);
  return keys.map((key, i) => [key, values[i]]);
};

export const idb = {
  get: (key) => run("readonly", (store) => result(store.get(key))),

  /** Writes, and answers with what reads back. */
  put: (key, value) => run("readwrite", (store) => (store.put(value, key), result(store.get(key)))),

  /** Writes where nothing `isGood` is yet, and answers with what is there then: of two tabs one wins. */
  add: (key, value, isGood) =>
    run("readwrite", async (store) => {
      if (!isGood(await result(store.get(key)))) store.put(value, key);
      return result(store.get(key));
    }),

  /** Reads and deletes in one transaction: of two takers one gets it. */
  take: (key) =>
    run("readwrite", (store) => {
      const value = result(store.get(key));
      store.delete(key);
      return value;
    }),

  /** All [key, value] pairs whose key starts with `prefix`. */
  list: (prefix) => run("readonly", (store) => pairs(store, prefix)),
};
