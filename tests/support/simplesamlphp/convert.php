<?php

// As the page «XML to SimpleSAMLphp metadata converter» does it: a service's XML comes in, what SimpleSAMLphp keeps goes out.

require_once getenv('SIMPLESAMLPHP') . '/lib/_autoload.php';

echo "<?php\n";
foreach (SimpleSAML\Metadata\SAMLParser::parseDescriptorsString(stream_get_contents(STDIN)) as $id => $entity) {
    $service = $entity->getMetadata20SP();
    unset($service['entityDescriptor'], $service['expire'], $service['metadata-set']);
    echo '$metadata[' . var_export($id, true) . '] = ' . var_export($service, true) . ";\n";
}
