<?php
// `verify` of Kaspi as a developer would write it for PHP: a script below a web server, and the signing rule of the documents.

function leaves(array $value, string $path = ''): array
{
    $leaves = [];
    foreach ($value as $key => $below) {
        if ($key === 'signature' || $key === 'frame_mode') {
            continue;
        }
        $at = $path === '' ? (string) $key : "$path:$key";
        $leaves += is_array($below) ? leaves($below, $at) : [$at => is_bool($below) ? (int) $below : (string) $below];
    }
    return $leaves;
}

function is_signed(array $message): bool
{
    $leaves = leaves($message);
    ksort($leaves, SORT_NATURAL);
    $texts = array_map(fn ($path, $value) => "$path:$value", array_keys($leaves), $leaves);
    $expected = base64_encode(hash_hmac('sha512', implode(';', $texts), getenv('JETPAY_BENCH_SECRET'), true));
    return hash_equals($expected, (string) ($message['signature'] ?? ''));
}

function answer(array $message): array
{
    if (!is_signed($message)) {
        return ['code' => 400, 'message' => 'wrong signature'];
    }
    $number = (int) substr($message['customer_id'], 1);
    if ($number >= (int) getenv('CUSTOMERS')) {
        return ['code' => 404, 'message' => 'no such customer'];
    }
    $entities = [['id' => "c$number", 'number' => "N-$number", 'min_payment' => 10000, 'payment' => 100000]];
    return ['code' => 0, 'currency' => 'KZT', 'entities' => $entities, 'additional_customer_id' => "A$number"];
}

$body = json_encode(answer(json_decode(file_get_contents('php://input'), true)));
header('Content-Type: application/json');
header('Content-Length: ' . strlen($body));
echo $body;
