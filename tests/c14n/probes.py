"""Every oddity in every place: one small document each, the same in every run."""

from mutations import BYTES, TOKENS

FRAMES = [
    b"%s", b"%s<r/>", b"<r/>%s", b"<r>%s</r>", b"<r>x%sx</r>", b"<r><b/>%s<b/></r>", b"<r a='%s'/>", b'<r a="%s"/>',
    b"<r a%s='1'/>",
    b"<r a=%s'1'/>", b"<r %s/>", b"<r%s/>", b"<%s/>", b"<%s>x</%s>", b"<r>x</r%s>", b"<r>x</%sr>", b"<r><!--%s--></r>",
    b"<!--x%s-->", b"<r><![CDATA[%s]]></r>", b"<r xmlns='urn:%s'/>", b"<p:r xmlns:p='%s'/>", b"<r xmlns:p%s='urn:x'/>",
    b"<?xml version='1.0'%s?><r/>", b"<?xml version='%s'?><r/>", b"<?xml version='1.0' encoding='%s'?><r/>",
    b"<?xml version='1.0' standalone='%s'?><r/>", b"<?xml %s?><r/>", b"\xef\xbb\xbf%s<r/>",
]  # fmt: skip
VALUES = [
    "", " ", "1.0", "1.1", "1.00", "1", "2.0", "utf-8", "UTF-8", "utf8", "latin1", "yes", "no", "YES", "version='1.0'",
    'version="1.0"',
    "version='1.0'encoding='utf-8'", "encoding='utf-8' version='1.0'", "version='1.0' standalone='no' encoding='utf-8'",
    "version='1.0' version='1.0'", "encoding='utf-8'", "version='1.0' encoding='utf-8' standalone='yes' ", "version=\"1.0'",
    "version='1.0' encoding=''", "version='1.0' encoding='utf-8", "version='1.0' encoding='utf-8'?", "Version='1.0'", "p:b",
    "xmlns", "xmlns:p", "xml:b",
    "urn:", "urn:x", "URN:x", "http://a", "http:", "a", "a/b:c", "1:a", "+a:b", "a+b:c", "a.b-c:d", "urn:%41", "urn:[",
    "urn:]", "urn:a#b",
    "http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/", "http://www.w3.org/XML/1998/Namespace",
]  # fmt: skip
# The edges of Char, NameStartChar and NameChar (XML 1.0 §2.2, §2.3).
EDGES = [
    0x37E, 0x1FFF, 0x200C, 0x200D, 0x203F, 0x2040, 0x2070, 0x218F, 0x2C00, 0x2FEF, 0x3001, 0xD7FF, 0xE000, 0xF900, 0xFDCF, 0xFDF0,
    0xFFFD, 0xFFFE, 0x10000, 0x1FFFE, 0xEFFFF, 0xF0000, 0x10FFFF,
]  # fmt: skip
CHARACTERS = sorted({*range(0x400), *(edge + step for edge in EDGES for step in (-1, 0, 1))} - {0xD800, 0xDFFF, 0x110000})


def documents():
    """Oddities in frames, then characters in names and texts."""
    for frame in FRAMES:
        for oddity in [*(text.encode() for text in TOKENS + VALUES), *BYTES]:
            yield frame.replace(b"%s", oddity)
    for code in CHARACTERS:
        character = chr(code).encode()
        for frame in (b"<%s/>", b"<a%s/>", b"<p:%s xmlns:p='urn:x'/>", b"<a %s='1'/>", b"<a b='%s'/>", b"<a>%s</a>"):
            yield frame.replace(b"%s", character)
        for reference in (b"&#%d;", b"&#x%x;"):
            yield b"<a>%s</a>" % (reference % code)
            yield b"<a b='%s'/>" % (reference % code)
