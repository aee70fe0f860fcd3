"""Documents at every limit and one step beyond it."""

import libxml2 as at


def documents():
    """Pairs of what is at the limit and the rule that refuses one more; None where nothing does."""
    yield b"<a>" * at.MAX_DEPTH + b"</a>" * at.MAX_DEPTH, None
    yield b"<a>" * (at.MAX_DEPTH + 1) + b"</a>" * (at.MAX_DEPTH + 1), "too_deep"
    yield b"<a>" * (at.MAX_DEPTH - 1) + b"<b/>" + b"</a>" * (at.MAX_DEPTH - 1), None
    yield b"<a>" * at.MAX_DEPTH + b"<b/>" + b"</a>" * at.MAX_DEPTH, "too_deep"
    for more in (0, 1):
        rule = "too_many" if more else None
        yield b"<a>" + b"<b/>" * (at.MAX_NODES - 1 + more) + b"</a>", rule
        yield b"<a>" + b"x<!---->x<b/>" * ((at.MAX_NODES - 2) // 6) + b"</a>", None
        yield b"<a>" + b"x<b/>" * (at.MAX_NODES // 2 - 1) + b"<c/>" + b"x" * more + b"</a>", rule
        yield b"<a" + attributes(b" a%d='%d'", at.MAX_ATTRIBUTES + more) + b" xmlns='urn:x'/>", rule
        yield b"<a" + attributes(b" xmlns:a%d='urn:%d'", at.MAX_SCOPE + more) + b"/>", rule
        nested = at.MAX_SCOPE // 2
        opened = b"<a xmlns='urn:x' xmlns:a='urn:y'>" * nested
        yield opened + (b"<b xmlns='urn:z'/>" if more else b"<b/>") + b"</a>" * nested, rule
        yield b"<a>" + b"<b xmlns='urn:x'/>" * 1000 + b"</a>", None
        rule = "too_large" if more else None
        yield b"<a>" + b"x" * (at.MAX_BYTES - 7 + more) + b"</a>", rule
        yield b"\xef\xbb\xbf<a>" + "é".encode() * ((at.MAX_BYTES - 10) // 2) + b"</a>" + b"\n" * more, rule
        # Each " becomes &quot;: 14 bytes and 6 for each.
        yield b"<ab c='%s%s'/>" % (b"x" * more, b'"' * ((at.MAX_TEXT - 14) // 6)), "too_long" if more else None


def attributes(form, count):
    return b"".join(form % (number, number) for number in range(count))
