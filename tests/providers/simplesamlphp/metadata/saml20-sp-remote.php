<?php

// The service providers, as the starting program describes them.
foreach (json_decode(getenv('SSP_SETUP'), true)['sps'] as $sp) {
    $metadata[$sp['entityId']] = [
        'AssertionConsumerService' => [[
            'index' => 0,
            'isDefault' => true,
            'Binding' => 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
            'Location' => $sp['acsUrl'],
        ]],
        'NameIDFormat' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
        'validate.authnrequest' => $sp['validate'],
        'assertion.encryption' => $sp['encrypt'],
        'assertion.lifetime' => $sp['lifetime'],
    ];

    if (isset($sp['sloUrl'])) {
        $metadata[$sp['entityId']]['SingleLogoutService'] = [[
            'Binding' => 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
            'Location' => $sp['sloUrl'],
        ]];
        $metadata[$sp['entityId']]['sign.logout'] = true;
        $metadata[$sp['entityId']]['validate.logout'] = true;
    }

    if (isset($sp['deny'])) {
        $error = sprintf("new SimpleSAML\Module\saml\Error('%1\$sResponder', '%1\$s%2\$s', 'Not today.')", 'urn:oasis:names:tc:SAML:2.0:status:', $sp['deny']);
        $metadata[$sp['entityId']]['authproc'] = [
            50 => ['class' => 'core:PHP', 'code' => "SimpleSAML\Auth\State::throwException(\$state, $error);"],
        ];
    }

    // The lines between BEGIN and END.
    if (isset($sp['certificate'])) {
        $metadata[$sp['entityId']]['certData'] = preg_replace('/-----[^-]+-----|\s/', '', $sp['certificate']);
    }

    $metadata[$sp['entityId']] = ($sp['settings'] ?? []) + $metadata[$sp['entityId']];
}
