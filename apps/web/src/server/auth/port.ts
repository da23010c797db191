/** What the portal needs from whatever library speaks OpenID Connect; sessions and authorisation stay ours. */
export interface AuthPort {
  /** The provider's name for the sign-in page, or null where none is configured. */
  providerName(): string | null;
  /** Whether this path is one that the port serves below /api/auth. */
  serves(path: string): boolean;
  /** Sends the browser to the provider. */
  startSignIn(request: Request): Promise<Response>;
  /** Takes the provider's answer; `identity` is who came back, null when the exchange failed. */
  finishSignIn(request: Request): Promise<{ response: Response; identity: Identity | null }>;
}

export interface Identity {
  /** The issuer: a subject means nothing outside it. */
  provider: string;
  subject: string;
  displayName: string;
}
