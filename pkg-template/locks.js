// One at a time across all tabs of this origin (Web Locks).

/**
 * Waits for the lock, `patience` milliseconds at most; answers with the function that releases it. A
 * tab that goes away releases its locks.
 */
export const acquire = (name, patience) =>
  new Promise((resolve, reject) => {
    const hold = () => new Promise(resolve);
    navigator.locks.request(name, { signal: AbortSignal.timeout(patience) }, hold).catch(reject);
  });
