<?php

// As the page «XML to SimpleSAMLphp metadata converter» does it: XML comes in, what SimpleSAMLphp keeps of the services or
// of the identity providers in it goes out.

require_once getenv('SIMPLESAMLPHP') . '/lib/_autoload.php';

echo "<?php\n";
foreach (SimpleSAML\Metadata\SAMLParser::parseDescriptorsString(stream_get_contents(STDIN)) as $id => $entity) {
    $kept = $argv[1] === 'saml20-sp-remote' ? $entity->getMetadata20SP() : $entity->getMetadata20IdP();
    unset($kept['entityDescriptor'], $kept['expire'], $kept['metadata-set']);
    echo '$metadata[' . var_export($id, true) . '] = ' . var_export($kept, true) . ";\n";
}
