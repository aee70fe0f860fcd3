"""Random documents from a seed: what two readers of XML have been seen to disagree about, packed densely.

Most are well-formed; some have what we refuse by rule; some are broken by `mutations.py`.
"""

import random

PREFIXES = ["a", "b", "c", "A", "_x", "ds", "saml", "samlp", "xs", "xsi", "é", "a-1.b"]
URIS = [
    "urn:x",
    "urn:y",
    "urn:X",
    "http://example.org/",
    "http://example.org/a%20b",
    "http://example.org/?q='1'#f",
    "http://www.w3.org/2001/XMLSchema",
    "http://www.w3.org/2000/09/xmldsig#",
    "urn:oasis:names:tc:SAML:2.0:assertion",
]
ODD_URIS = ["relative", "../up", "//host/path", "#f", "urn:é", "1a:b", ":x"]
LOCALS = ["a", "b", "A", "Z", "id", "ID", "x-1", "_", "é", "\U00010400n", "xmlnsx", "lang", "Assertion"]
SPACES = [" ", " ", " ", "\n", "\t", "\r\n", "\r", "  ", " \r\n\t "]
TEXTS = [
    "x", "word", " ", "\n", "\r\n", "\r", "\t", "\r\r\n", "\n\r", "é", "\u0085", "\u2028", "\ufffd", "\ud7ff", "\U0001f511",
    "\U0010ffff", "\u00a0", "\x7f", "'", "]]", "]", "--", "?>", "&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#13;",
    "&#xD;", "&#10;", "&#xa;", "&#9;", "&#x9;", "&#32;", "&#x20AC;", "&#0000065;", "&#x1F511;", "&#x10FFFF;", "&#38;#60;",
    "&amp;lt;", "&#60;", "&#x3e;", "&#34;", "&#xFFFD;",
]  # fmt: skip
CDATA = ["", "x", "\r\n", "\r", "\t", "<b>&amp;</b>", "]", "]]", ">", "&#13;", "<!--x-->", '"', "é", "\U0001f511", "<?p?>"]
COMMENTS = ["", " note ", "\r\n", "<a>&b;", "-", "é", "]]>", "<!", "?>"]


class Documents(random.Random):
    """Each call of `document` makes the next one."""

    def document(self):
        """Bytes that are well-formed but for rarities: an expanded attribute name twice."""
        self.left = self.choice([1, 3, 8, 20])
        self.encoding = "utf-8"
        text = self.declaration() + self.around() + self.rarely(0.01, "<!DOCTYPE a>", self.doctype)
        text += self.around() + self.element({"xml": "", "": ""}, 0) + self.around()
        if self.encoding == "utf-16":
            return text.encode("utf-16")
        bom = b"\xef\xbb\xbf" if self.encoding == "utf-8" and self.random() < 0.05 else b""
        return bom + text.encode(self.encoding, "xmlcharrefreplace")

    def rarely(self, chance, *made):
        if self.random() >= chance:
            return ""
        made = self.choice(made)
        return made() if callable(made) else made

    def some(self, most, make):
        return "".join(make() for _ in range(self.randint(0, most)))

    def space(self):
        return self.choice(SPACES)

    def declaration(self):
        if self.random() < 0.5:
            return ""
        version = "1.1" if self.random() < 0.02 else "1.0"
        text = f"<?xml{self.space()}version{self.equals()}{self.quoted(version)}"
        if self.random() < 0.6:
            name = self.choice(["UTF-8", "utf-8", "Utf-8"])
            if self.random() < 0.03:
                name = self.choice(["ISO-8859-1", "US-ASCII", "windows-1252", "UTF-16"])
                self.encoding = name.lower()
            text += f"{self.space()}encoding{self.equals()}{self.quoted(name)}"
        if self.random() < 0.3:
            text += f"{self.space()}standalone{self.equals()}{self.quoted(self.choice(['yes', 'no']))}"
        return text + self.rarely(0.3, self.space) + "?>"

    def doctype(self):
        return self.choice(['<!DOCTYPE a [<!ATTLIST a b CDATA "c">]>', "<!DOCTYPE\na SYSTEM 'x.dtd'>", "<!DOCTYPE a []>"])

    def around(self):
        rarities = self.rarely(0.1, self.comment) + self.rarely(0.01, self.instruction)
        return self.some(1, self.space) + rarities + self.some(1, self.space)

    def comment(self):
        text = self.choice(COMMENTS)
        return f"<!--{text}{' ' if text.endswith('-') else ''}-->"

    def instruction(self):
        return self.choice(["<?p?>", "<?p  data?>", "<?xml-stylesheet href='x'?>", "<?p <a>&b;?>"])

    def equals(self):
        return self.rarely(0.1, self.space) + "=" + self.rarely(0.1, self.space)

    def quoted(self, value):
        quote = self.choice("\"'")
        return quote + value.replace(quote, "&quot;" if quote == '"' else "&#39;") + quote

    def element(self, outside, depth):
        """`outside` maps the prefixes in force to their namespaces."""
        self.left -= 1
        scope, parts = dict(outside), []
        for _ in range(self.choice([0, 0, 0, 1, 1, 2, 3, 5])):
            self.declare(scope, parts)
        prefix = self.choice([p for p in scope if p != "xml"])
        name = self.named(prefix, self.choice(LOCALS))
        self.attributes(scope, parts)
        self.shuffle(parts)
        tag = name + "".join(self.space() + part for part in parts) + self.rarely(0.1, self.space)
        content = self.some(3, self.piece)
        while self.left > 0 and depth < 12 and self.random() < 0.75:
            content += self.element(scope, depth + 1) + self.some(2, self.piece)
        if not content and self.random() < 0.7:
            return f"<{tag}/>"
        return f"<{tag}>{content}</{name}{self.rarely(0.1, self.space)}>"

    def declare(self, scope, parts):
        prefix = self.choice([*PREFIXES, "", "", "", *scope])
        if any(part.startswith(("xmlns:" + prefix if prefix else "xmlns", "xmlns:xml")) for part in parts) or prefix == "xml":
            return
        uri = self.choice(URIS)
        if prefix == "" and self.random() < 0.35:
            uri = ""
        elif self.random() < 0.005:
            uri = self.choice(ODD_URIS)
        scope[prefix] = uri
        parts.append(self.named("xmlns", prefix) + self.equals() + self.quoted(uri))

    def attributes(self, scope, parts):
        taken = set()
        for _ in range(self.choice([0, 0, 1, 2, 4, 7])):
            prefix, local = self.choice(["", "", *scope]), self.choice(LOCALS)
            if prefix == "xml":
                local = self.choice(["lang", "space", "base", "other"])
            key = (prefix if prefix in ("", "xml") else ":" + scope[prefix], local)
            if key in taken and self.random() > 0.002:
                continue
            taken.add(key)
            quote = self.choice("\"'")
            value = self.some(4, lambda: self.choice(TEXTS)).replace(quote, "&#x22;" if quote == '"' else "&apos;")
            parts.append(self.named(prefix, local) + self.equals() + quote + value + quote)

    def named(self, prefix, local):
        return f"{prefix}:{local}" if prefix and local else prefix or local

    def piece(self):
        return self.choices([self.text, self.cdata, self.comment, self.instruction], [70, 15, 14, 0.3])[0]()

    def text(self):
        return self.choice(TEXTS + ['"']).replace("]]>", "]]&gt;")

    def cdata(self):
        return f"<![CDATA[{self.choice(CDATA)}{self.choice(CDATA)}]]>".replace("]]>]]>", "]]]]><![CDATA[>]]>")
