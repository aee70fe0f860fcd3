// The smallest helpers for building elements: text stays text, so nothing that a provider wrote can
// become markup.

/** An element. `on…` properties are listeners, the others attributes; `undefined` and `false` leave one out. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== false));
  return element;
}

/** A button that runs `action`, one press at a time: it waits for what it started. */
export function button(label, action, properties = {}) {
  const press = async ({ currentTarget }) => {
    currentTarget.setAttribute("aria-busy", "true");
    currentTarget.disabled = true;
    try {
      await action();
    } finally {
      currentTarget.removeAttribute("aria-busy");
      currentTarget.disabled = false;
    }
  };
  return h("button", { type: "button", ...properties, onclick: press }, label);
}

/** A list of names and values; an `undefined` value leaves its name out. */
export function facts(values) {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return h("dl", { class: "facts" }, entries.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

/** A table of `[name, ...cell]`, with a row for each. */
export function table(rows) {
  const row = ([name, ...cell]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, cell));
  return h("table", {}, h("tbody", {}, rows.map(row)));
}
