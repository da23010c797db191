/**
 * How a receiver checks that a delivery is from the hub (Standard Webhooks 1.0), for people to paste. Standard library
 * only; the tests run both against what the hub signs.
 */
export const pythonCheck = `import base64, hashlib, hmac, time

def is_from_hub(secret: str, headers: dict, body: bytes) -> bool:
    """headers: names in lower case. body: the bytes as they came, before JSON is read."""
    sent_at = headers["webhook-timestamp"]
    if abs(time.time() - int(sent_at)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{sent_at}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(wanted, given) for given in headers["webhook-signature"].split())
`;

export const typescriptCheck = `import { createHmac, timingSafeEqual } from 'node:crypto';

/** headers: names in lower case. body: the bytes as they came, before JSON is read. */
export function isFromHub(secret: string, headers: Record<string, string>, body: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': sentAt, 'webhook-signature': given } = headers;
  if (!id || !sentAt || !given || Math.abs(Date.now() / 1000 - Number(sentAt)) > 300) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const hash = createHmac('sha256', key).update(\`\${id}.\${sentAt}.\`).update(body).digest('base64');
  const wanted = Buffer.from(\`v1,\${hash}\`);
  return given.split(' ').some((one) => {
    const signature = Buffer.from(one);
    return signature.length === wanted.length && timingSafeEqual(signature, wanted);
  });
}
`;
