<?php

// What PHP's own web server asks for each page: the second factor is ours, all else SimpleSAMLphp's.

if (strtok($_SERVER['REQUEST_URI'], '?') !== '/second-factor') {
    return false;
}

require_once getenv('SIMPLESAMLPHP') . '/www/_include.php';

use SimpleSAML\Auth\ProcessingChain;
use SimpleSAML\Auth\State;
use SimpleSAML\Module\saml\Error\NoAuthnContext;

$state = State::loadState($_REQUEST['id'], 'second-factor');
$did = $_POST['did'] ?? '';

if ($did === 'confirm' && $_POST['code'] === '246810') {
    $state['saml:AuthnContextClassRef'] = $state['strong'];
    ProcessingChain::resumeProcessing($state);
}
if ($did === 'skip') {
    State::throwException($state, new NoAuthnContext(SAML2\Constants::STATUS_RESPONDER, 'No second factor'));
}
?>
<!DOCTYPE html>
<html lang="ja">
<title>二要素認証</title>
<form method="post">
    <h1>二要素認証</h1>
    <label>確認コード <input name="code" inputmode="numeric"></label>
    <button name="did" value="confirm">確認</button>
    <button name="did" value="skip">使えない</button>
</form>
</html>
