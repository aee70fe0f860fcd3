// How the command line answers: on standard output, or with what stops it.

/** Exit code 1. */
export class Refusal extends Error {}

/** Exit code 2, and the usage. */
export class Misuse extends Refusal {}

export function say(message) {
  console.log(message.trimEnd());
}

/** Rows of texts in columns, two spaces between them. */
export function columns(rows) {
  const widths = rows.reduce((widths, row) => row.map((text, i) => Math.max(text.length, widths[i] ?? 0)), []);
  return rows.map((row) => `  ${row.map((text, i) => text.padEnd(widths[i])).join("  ")}`.trimEnd()).join("\n");
}
