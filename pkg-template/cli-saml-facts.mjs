// What a person wants to see of metadata that the core has accepted: read from their text, and for eyes alone. The core's own
// reader judges, and tells nobody what it has read.

import { X509Certificate } from "node:crypto";

// The rest of a tag. A value may have `>` in it.
const REST = `((?:"[^"]*"|'[^']*'|[^"'>])*?)`;
const NAME = "(?:[^\\s<>/:\"'=]+:)?";

/**
 * `signOn` and `logout` are `[address, bindings]`, `certificates` those that may have signed, `formats` every NameIDFormat,
 * `validUntil` the earliest.
 */
export function facts(metadata) {
  const text = metadata.replace(/<!--[^]*?-->/g, "");
  const [descriptor] = elements(text, "IDPSSODescriptor");
  const before = text.slice(0, descriptor.index);
  const inside = (name) => elements(descriptor.content, name);
  const [entity] = [...before.matchAll(tag("EntityDescriptor"))].slice(-1);
  const untils = [...before.matchAll(tag("Entit(?:y|ies)Descriptor")), [, descriptor.attributes]];
  return {
    entityId: attribute(entity[1], "entityID"),
    signOn: services(inside("SingleSignOnService")),
    logout: services(inside("SingleLogoutService")),
    formats: inside("NameIDFormat").map(({ content }) => content.trim()),
    validUntil: untils.map(([, attributes]) => attribute(attributes, "validUntil")).filter(Boolean).sort()[0],
    certificates: inside("KeyDescriptor").filter(isForSigning).flatMap(certificates),
  };
}

const tag = (name) => new RegExp(`<${NAME}${name}(?=[\\s/>])${REST}(/?)>`, "g");

/** Each element of this name that is not in one of its own. */
function elements(text, name) {
  const found = [...text.matchAll(tag(name))];
  return found.map(({ index, 0: { length }, 1: attributes, 2: isEmpty }) => {
    const rest = text.slice(index + length);
    return { index, attributes, content: isEmpty ? "" : rest.slice(0, rest.search(new RegExp(`</${NAME}${name}\\s*>`))) };
  });
}

/** Addresses, each once. */
function services(found) {
  const bindings = new Map();
  for (const { attributes } of found) {
    const [location, binding] = [attribute(attributes, "Location"), attribute(attributes, "Binding")];
    bindings.set(location, [...(bindings.get(location) ?? []), binding.split(":").at(-1)]);
  }
  return [...bindings];
}

const isForSigning = ({ attributes }) => (attribute(attributes, "use") ?? "signing") === "signing";

/** The first of each X509Data is the signer's. */
function certificates({ content }) {
  return elements(content, "X509Data").map((data) => {
    const [{ content }] = elements(data.content, "X509Certificate");
    const text = content.replace(/\s/g, "");
    const { publicKey, validFrom, validTo } = new X509Certificate(Buffer.from(text, "base64"));
    const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails;
    const kind = modulusLength ? `RSA, ${modulusLength} bits` : (namedCurve ?? publicKey.asymmetricKeyType);
    return { text, kind, from: new Date(validFrom), to: new Date(validTo) };
  });
}

function attribute(attributes, name) {
  const [, double, single] = attributes.match(new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`)) ?? [];
  return (double ?? single)?.replace(/&(amp|lt|gt|quot|apos);/g, (_, word) => WORDS[word]);
}

const WORDS = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
