import { expect, test } from 'vitest';
import { signDelivery } from './signature.ts';

// The example of the Standard Webhooks specification, which its libraries test themselves against.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const delivery = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  at: new Date(1_614_265_330_000),
  body: '{"test": 2432232314}',
};

test('signs as the libraries of Standard Webhooks expect', () => {
  expect(signDelivery([secret], delivery)).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('signs with each secret that is valid, so that a receiver may change over when it likes', () => {
  const both = signDelivery([`whsec_${Buffer.from('new').toString('base64')}`, secret], delivery);
  expect(both['webhook-signature'].split(' ')).toHaveLength(2);
  expect(both['webhook-signature'].split(' ')[1]).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});
