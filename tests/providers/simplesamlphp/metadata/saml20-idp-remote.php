<?php

// The identity provider that signs people in for this one, if there is one.
$idp = json_decode(getenv('SSP_SETUP'), true)['idp']['upstream'] ?? null;

if ($idp) {
    $metadata[$idp['entityId']] = [
        'SingleSignOnService' => [[
            'Binding' => 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
            'Location' => $idp['singleSignOn'],
        ]],
        'certData' => preg_replace('/-----[^-]+-----|\s/', '', $idp['certificate']),
    ];
}
