//! AWS regions and the hosts that follow from them.

/// `eu-central-1`, `us-gov-west-1`, `cn-north-1`, `eusc-de-east-1`
pub(crate) fn is_region(region: &str) -> bool {
    let parts: Vec<&str> = region.split('-').collect();
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase());
    match parts.as_slice() {
        [words @ .., number] => {
            (2..=3).contains(&words.len())
                && words.iter().all(|w| word(w))
                && (1..=2).contains(&number.len())
                && number.bytes().all(|b| b.is_ascii_digit())
        }
        [] => false,
    }
}

/// Where a service answers in a region.
pub(crate) fn service_endpoint(name: &str, region: &str) -> String {
    ["https://", name, ".", region, ".", dns_suffix(region), "/"].concat()
}

fn dns_suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}
