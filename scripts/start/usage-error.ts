/** A mistake on the command line or in the environment, said in words. */
export class UsageError extends Error {}
