<?php

// What the two institutions are in the federation, and what they make of a login. A test may have them do other things while it runs.

$choices = json_decode((string) @file_get_contents(getenv('IDP_FOLDER') . '/choices.json'), true) ?: [];

// `$strong`: how an institution calls a login by two factors. It asks for the second where a service asks for that.
$both = fn (string $strong) => $choices + [
    'privatekey' => 'idp.key',
    'certificate' => 'idp.crt',
    'userid.attribute' => 'uid',

    // They believe only questions that are signed, and whisper their answers.
    'validate.authnrequest' => true,
    'redirect.validate' => true,
    'assertion.encryption' => true,

    'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
    // A targeted ID is an element.
    'attributeencodings' => ['urn:oid:1.3.6.1.4.1.5923.1.1.1.10' => 'raw'],
    'authproc' => [
        10 => ['class' => 'core:TargetedID', 'identifyingAttribute' => 'uid', 'nameId' => true],
        20 => ['class' => 'core:PHP', 'code' => '
            if (isset($attributes["withoutTargetedId"])) {
                unset($attributes["eduPersonTargetedID"]);
            }
        '],
        30 => ['class' => 'core:PHP', 'code' => '
            $asked = $state["saml:RequestedAuthnContext"]["AuthnContextClassRef"] ?? [];
            if (in_array("' . $strong . '", $asked, true)) {
                $state["strong"] = "' . $strong . '";
                $id = \SimpleSAML\Auth\State::saveState($state, "second-factor");
                $page = \SimpleSAML\Utils\HTTP::getBaseURL() . "second-factor";
                \SimpleSAML\Utils\HTTP::redirectTrustedURL($page, ["id" => $id]);
            }
        '],
        40 => [
            'class' => 'core:AttributeMap',
            'name2oid',
            'jaDisplayName' => 'urn:oid:1.3.6.1.4.1.32264.1.1.3',
            'jao' => 'urn:oid:1.3.6.1.4.1.32264.1.1.4',
        ],
        // As our metadata ask for it.
        50 => ['class' => 'core:AttributeLimit'],
    ],
    'RegistrationInfo' => ['authority' => 'https://www.gakunin.jp'],
];

$metadata['https://idp.mihon.example.ac.jp/idp/simplesamlphp'] = $both('https://www.gakunin.jp/profile/AAL2') + [
    'host' => '127.0.0.1',
    'auth' => 'university',
    'scope' => ['mihon.example.ac.jp', '^[a-z]+\.mihon\.example\.ac\.jp$'],
    'UIInfo' => [
        'DisplayName' => ['ja' => '見本大学', 'en' => 'Mihon University'],
        'Description' => ['ja' => '試験のための大学', 'en' => 'A university for tests'],
        'Keywords' => ['ja' => ['みほんだいがく'], 'en' => ['sample']],
    ],
    'DiscoHints' => ['DomainHint' => ['mihon.example.ac.jp']],
    'OrganizationName' => ['ja' => '国立大学法人見本大学', 'en' => 'Mihon University'],
    'OrganizationURL' => ['ja' => 'https://www.mihon.example.ac.jp/', 'en' => 'https://www.mihon.example.ac.jp/en/'],
];

// Takes questions by HTTP-POST alone, and speaks of strong logins as REFEDS does.
$metadata['https://idp.kosen.example.ac.jp/idp/simplesamlphp'] = $both('https://refeds.org/profile/mfa') + [
    'host' => 'localhost',
    'auth' => 'college',
    'SingleSignOnServiceBinding' => 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
    'scope' => ['kosen.example.ac.jp'],
    'UIInfo' => ['DisplayName' => ['ja' => '見本高専', 'en' => 'Mihon KOSEN']],
];
