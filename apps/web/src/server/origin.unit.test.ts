import { describe, expect, test } from 'vitest';
import { isLoopbackHost, isOwnOrigin } from './origin.ts';

describe('where a request comes from', () => {
  test('only pages of the hub itself may change something with a cookie', () => {
    expect(isOwnOrigin('https://hub.example', 'https://hub.example/')).toBe(true);
    expect(isOwnOrigin('http://hub.example', 'https://hub.example')).toBe(false);
    expect(isOwnOrigin('https://evil.example', 'https://hub.example')).toBe(false);
    expect(isOwnOrigin('null', 'https://hub.example')).toBe(false);
    expect(isOwnOrigin(null, 'https://hub.example')).toBe(false);
  });
  test('on one machine every name of the loopback counts, with the same port only', () => {
    expect(isOwnOrigin('http://localhost:4000', 'http://127.0.0.1:4000')).toBe(true);
    expect(isOwnOrigin('http://localhost:4001', 'http://127.0.0.1:4000')).toBe(false);
    expect(isOwnOrigin('http://localhost:4000', 'https://hub.example:4000')).toBe(false);
  });
  test('a rebound host name is not this machine', () => {
    expect(isLoopbackHost('127.0.0.1:4000')).toBe(true);
    expect(isLoopbackHost('[::1]:4000')).toBe(true);
    expect(isLoopbackHost('localhost')).toBe(true);
    expect(isLoopbackHost('127.0.0.1.evil.example:4000')).toBe(false);
    expect(isLoopbackHost('evil.example')).toBe(false);
    expect(isLoopbackHost(null)).toBe(false);
  });
});
