/** A plan that does not fit what is there; one line that says what to do. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}
