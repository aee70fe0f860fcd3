//! DEFLATE (RFC 1951) without compression: stored blocks (§3.2.4). An AuthnRequest is half a kilobyte; a
//! compressor would cost more in the download than it saves in the address.

/// Raw DEFLATE data, no zlib header, as the redirect binding has it (SAML bindings §3.4.4.1).
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut blocks = bytes.chunks(usize::from(u16::MAX)).peekable();
    loop {
        let block = blocks.next().unwrap_or_default();
        let is_last = blocks.peek().is_none();
        let length = u16::try_from(block.len()).unwrap_or_default();
        out.push(u8::from(is_last));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
        if is_last {
            return out;
        }
    }
}
