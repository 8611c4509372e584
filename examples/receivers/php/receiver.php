<?php
// Receives credits from the service jetpay, and answers its questions about customers. PHP 8 with PDO for SQLite, nothing else.
//
//     export WEBHOOK_SECRETS="whsec_..."        # two, with a space between, while you rotate them
//     export DATABASE="/var/lib/receiver/receiver.db"     # outside of the web root, where no browser can fetch it
//     php -S 127.0.0.1:8000 receiver.php        # to try it; your web server with TLS runs the same file
//
// POST /webhooks: Standard Webhooks 1.0.0. POST /lookup: the same signature. Amounts are integers in minor units (tiyn).

declare(strict_types=1);

const MOST = 64 * 1024; // bytes of a body
const TOLERANCE = 5 * 60; // seconds

// Your customers, and what each owed before the first credit came here. Put a query of your own in its place.
const DEBTS = ['7123456789' => 125000];

function answer(int $status, array $content): never
{
    http_response_code($status);
    header('content-type: application/json');
    echo json_encode($content === [] ? new stdClass() : $content);
    exit;
}

/** What is configured, or 503: the service then keeps what it sends, and sends it again. */
function configured(string $variable, string $what): string
{
    $value = trim((string) getenv($variable));
    if ($value === '') {
        error_log("$variable: $what");
        answer(503, []);
    }
    return $value;
}

function database(): PDO
{
    // There is no default: beside this file, the web server would hand the books out.
    $file = configured('DATABASE', 'write the path of a file outside of the web root');
    $database = new PDO("sqlite:$file", null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_TIMEOUT => 10]);
    $database->exec(
        'CREATE TABLE IF NOT EXISTS booked (webhook_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL,'
        . ' amount INTEGER NOT NULL, currency TEXT NOT NULL)'
    );
    return $database;
}

/** Whether one of the secrets signed these bytes, within the last five minutes. */
function signed(string $body): bool
{
    $what = 'write whsec_ and the base64 of 24 to 64 random bytes';
    $secrets = configured('WEBHOOK_SECRETS', $what);
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if (preg_match('/^\d{1,12}$/D', $timestamp) !== 1 || abs(time() - (int) $timestamp) > TOLERANCE) {
        return false;
    }
    $given = explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '');
    $good = false;
    foreach (preg_split('/\s+/', $secrets) as $secret) {
        $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
        if ($key === false || strlen($key) < 24) {
            // Anyone can sign with an empty one.
            error_log("WEBHOOK_SECRETS: $what");
            answer(503, []);
        }
        $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
        foreach ($given as $signature) {
            $good = hash_equals($expected, $signature) || $good;
        }
    }
    return $good;
}

/** Books an entry once: the unique key makes a repeat do nothing. Answer 200 only after the commit. */
function accept(string $id, array $event): void
{
    $type = $event['type'] ?? null;
    if (!is_string($type)) {
        answer(400, []);
    }
    if (!str_starts_with($type, 'entry.')) {
        return; // An alarm, for example: show it to a person.
    }
    $entry = $event['data'] ?? null;
    if (!is_string($entry['customer_id'] ?? null) || !is_int($entry['amount'] ?? null) || !is_string($entry['currency'] ?? null)) {
        answer(400, []);
    }
    // One statement is one transaction.
    $insert = database()->prepare('INSERT INTO booked VALUES (?, ?, ?, ?) ON CONFLICT (webhook_id) DO NOTHING');
    $insert->bindValue(1, $id);
    $insert->bindValue(2, $entry['customer_id']);
    $insert->bindValue(3, $entry['amount'], PDO::PARAM_INT);
    $insert->bindValue(4, $entry['currency']);
    $insert->execute();
}

/** The body of PUT /v1/customers/{customer_id}, or null when there is no such customer. */
function customer(string $id): ?array
{
    if (!isset(DEBTS[$id])) {
        return null;
    }
    $paid = database()->prepare('SELECT coalesce(sum(amount), 0) FROM booked WHERE customer_id = ?');
    $paid->execute([$id]);
    $debt = max(DEBTS[$id] - (int) $paid->fetchColumn(), 0);
    return ['contracts' => [['id' => $id, 'number' => $id, 'payment' => $debt]]];
}

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    answer(405, []);
}
$body = (string) file_get_contents('php://input', false, null, 0, MOST + 1);
if (strlen($body) > MOST) {
    answer(413, []);
}
if (!signed($body)) {
    answer(401, []);
}
$message = json_decode($body, true);
if (!is_array($message)) {
    answer(400, []);
}
try {
    switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
        case '/webhooks':
            accept($_SERVER['HTTP_WEBHOOK_ID'], $message);
            answer(200, []);
        case '/lookup':
            if (!is_string($message['customer_id'] ?? null)) {
                answer(400, []);
            }
            $found = customer($message['customer_id']);
            $unknown = ['error' => ['code' => 'unknown_customer', 'message' => 'there is no such customer']];
            $found === null ? answer(404, $unknown) : answer(200, $found);
        default:
            // Not a 404 with unknown_customer: a wrong path says nothing about a customer.
            answer(404, ['error' => ['code' => 'no_such_path']]);
    }
} catch (PDOException $error) {
    error_log('the database: ' . $error->getCode());
    answer(503, []); // The service sends it again.
}
