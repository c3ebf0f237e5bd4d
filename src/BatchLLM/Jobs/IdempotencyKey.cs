namespace BatchLLM.Jobs;

/// <summary>By what a submission that is repeated finds the job that it made before.</summary>
/// <param name="Value">The submitter's own; no two submissions of a tenant share it that mean different jobs.</param>
/// <param name="RequestSha256">Digest of what was submitted, lower-case hexadecimal.</param>
public sealed record IdempotencyKey(string Value, string RequestSha256);
