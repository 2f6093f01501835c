<?php

// Whoever may log in at 見本大学 and 見本高専, and what these know of them. Everybody's password is `password`.

$university = [
    'hanako' => [
        'eduPersonUniqueId' => ['0123456789abcdef@mihon.example.ac.jp'],
        'eduPersonPrincipalName' => ['hanako@mihon.example.ac.jp'],
        'displayName' => ['Hanako Kokuritsu'],
        'jaDisplayName' => ['国立 花子'],
        'mail' => ['hanako@mihon.example.ac.jp', 'kokuritsu.hanako@mihon.example.ac.jp'],
        'o' => ['Mihon University'],
        'jao' => ['見本大学'],
        'eduPersonAssurance' => ['https://www.gakunin.jp/profile/IAL2'],
    ],
    // Names of another university, and nothing else that tells them from others.
    'stranger' => [
        'eduPersonUniqueId' => ['fedcba9876543210@a.example.ac.jp'],
        'eduPersonPrincipalName' => ['taro@a.example.ac.jp'],
        'displayName' => ['Taro Gakunin'],
        'jaDisplayName' => ['学認 太郎'],
        'mail' => ['taro@a.example.ac.jp'],
        'withoutTargetedId' => ['yes'],
    ],
    // A name of another university, and a targeted ID of their own.
    'taro' => [
        'eduPersonPrincipalName' => ['taro@mihon.example.ac.jp.example.com'],
        'displayName' => ['Taro Gakunin'],
        'jaDisplayName' => ['学認 太郎'],
        'mail' => ['taro@mihon.example.ac.jp'],
    ],
];

$college = [
    'hanako' => [
        'eduPersonPrincipalName' => ['hanako@kosen.example.ac.jp'],
        'displayName' => ['Hanako Kosen'],
        'jaDisplayName' => ['高専 花子'],
        'mail' => ['hanako@kosen.example.ac.jp'],
    ],
];

$config = [];
foreach (['university' => $university, 'college' => $college] as $institution => $people) {
    $config[$institution] = ['exampleauth:UserPass'];
    foreach ($people as $user => $attributes) {
        $config[$institution]["$user:password"] = ['uid' => [$user]] + $attributes;
    }
}
