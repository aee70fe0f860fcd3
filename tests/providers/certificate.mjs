// A key pair and a certificate around it, made on the spot. The certificate's own signature is empty: in
// SAML nobody looks at it (RFC 5280 §4.1).

import { generateKeyPairSync } from "node:crypto";

/** `{ privateKey, certificate }`, both PEM: RSA, good until a day, `YYMMDD`. */
export function makeIdentity({ bits = 2048, until } = {}) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }),
    certificate: pem(certificate(publicKey, until)),
  };
}

/** The certificate of a public key, DER. */
export function certificate(publicKey, until = "360101") {
  const spki = publicKey.export({ type: "spki", format: "der" });
  const name = der(0x30);
  const time = (text) => der(0x17, Buffer.from(text));
  const validity = der(0x30, time("260101000000Z"), time(`${until}000000Z`));
  const algorithm = der(0x30, der(0x06, Buffer.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b])));
  const version = der(0xa0, der(0x02, Buffer.from([2])));
  const tbs = der(0x30, version, der(0x02, Buffer.from([1])), algorithm, name, validity, name, spki);
  return der(0x30, tbs, algorithm, der(0x03, Buffer.from([0])));
}

function der(tag, ...parts) {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? [content.length] : content.length < 256 ? [0x81, content.length] : [0x82, content.length >> 8, content.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const pem = (bytes) => `-----BEGIN CERTIFICATE-----\n${bytes.toString("base64").match(/.{1,64}/g).join("\n")}\n-----END CERTIFICATE-----\n`;
