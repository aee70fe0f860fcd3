// sessionStorage and localStorage where the browser may deny them: already naming one then throws. By
// their names, and nothing here throws.

/** What `action` answers, or undefined when it throws. */
export const attempt = (action) => {
  try {
    return action();
  } catch {
    return undefined;
  }
};

export const read = (name, key) => attempt(() => window[name].getItem(key)) ?? undefined;

/** True: it reads back what was written. */
export const write = (name, key, text) => attempt(() => (window[name].setItem(key, text), read(name, key) === text)) ?? false;

export const remove = (name, key) => attempt(() => window[name].removeItem(key));

/** All [key, value] pairs whose key starts with `prefix`. */
export const entries = (name, prefix) => (attempt(() => Object.entries(window[name])) ?? []).filter(([key]) => key.startsWith(prefix));
