<?php

// People with passwords, one long attribute where the starting program wants it; or another identity provider that knows them.
$setup = json_decode(getenv('SSP_SETUP'), true);

$config = ['people' => ['exampleauth:UserPass']];
foreach ($setup['people'] as $person) {
    $config['people'][$person['name'] . ':' . $person['password']] = $person['attributes']
        + ($setup['padding'] ? ['padding' => [str_repeat('x', $setup['padding'])]] : []);
}

if (isset($setup['idp']['upstream'])) {
    $config['upstream'] = [
        'saml:SP',
        'entityID' => $setup['idp']['upstream']['as'],
        'idp' => $setup['idp']['upstream']['entityId'],
        // Who it is there says nothing but which of our own people it is.
        'authproc' => [
            10 => ['class' => 'saml:NameIDAttribute', 'attribute' => 'username', 'format' => '%V'],
            20 => ['class' => 'core:PHP', 'code' => sprintf(
                '$attributes = json_decode(%s, true)[$attributes["username"][0]] ?? throw new Exception("Nobody here has this name.");',
                var_export(json_encode($setup['idp']['upstream']['directory']), true)
            )],
        ],
    ];
}
