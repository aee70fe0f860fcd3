//! An OpenID provider as far as we need it (OpenID Connect Discovery §3 names).

/// Endpoints and issuer of one provider. An endpoint that it does not have is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provider {
    /// The values of `iss` that are accepted. More than one only where the provider has two names.
    pub issuers: Vec<String>,
    /// `authorization_endpoint`
    pub authorization_endpoint: String,
    /// `token_endpoint`
    pub token_endpoint: String,
    /// `jwks_uri`
    pub jwks_uri: String,
    /// `revocation_endpoint` (RFC 7009)
    pub revocation_endpoint: String,
    /// `end_session_endpoint`: where the person's session at the provider ends.
    pub end_session_endpoint: String,
    /// `userinfo_endpoint`
    pub userinfo_endpoint: String,
    /// `authorization_response_iss_parameter_supported` (RFC 9207 §3): a response without `iss` is refused.
    pub iss_required: bool,
    /// What only Cognito has.
    pub cognito: Option<Cognito>,
}

/// What only a Cognito user pool has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cognito {
    /// The user pool's own API, for `GlobalSignOut`.
    pub user_pool_endpoint: String,
}

/// Option of the contract, metadata member, and whether a sign-in needs it; in the order of
/// [`Provider::endpoints`].
pub(super) const ENDPOINTS: [(&str, &str, bool); 6] = [
    ("authorizationEndpoint", "authorization_endpoint", true),
    ("tokenEndpoint", "token_endpoint", true),
    ("jwksUri", "jwks_uri", true),
    ("revocationEndpoint", "revocation_endpoint", false),
    ("endSessionEndpoint", "end_session_endpoint", false),
    ("userinfoEndpoint", "userinfo_endpoint", false),
];

/// The options that [`ENDPOINTS`] and these others make.
pub(super) fn endpoint_options(others: &[&'static str]) -> Vec<&'static str> {
    let mut options = others.to_vec();
    options.extend(ENDPOINTS.iter().map(|(option, _, _)| option));
    options
}

impl Provider {
    /// Where each of [`ENDPOINTS`] is kept.
    pub(super) fn endpoints(&mut self) -> [&mut String; 6] {
        [
            &mut self.authorization_endpoint,
            &mut self.token_endpoint,
            &mut self.jwks_uri,
            &mut self.revocation_endpoint,
            &mut self.end_session_endpoint,
            &mut self.userinfo_endpoint,
        ]
    }

    /// The issuer's first name.
    pub fn issuer(&self) -> &str {
        self.issuers.first().map_or("", String::as_str)
    }

    /// Whether the endpoints are known. If not, [`super::discovery`] must come first.
    pub fn is_known(&self) -> bool {
        !self.authorization_endpoint.is_empty()
    }
}
