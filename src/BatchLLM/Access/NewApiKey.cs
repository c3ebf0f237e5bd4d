namespace BatchLLM.Access;

/// <summary>A key about to be made.</summary>
/// <param name="Tenant">Whose jobs it is about.</param>
/// <param name="Role">What it allows.</param>
/// <param name="Name">For people: who has it, or what for; up to 100 characters.</param>
/// <param name="Lifetime">How long it works; null for until it is revoked.</param>
public sealed record NewApiKey(string Tenant, AccessRole Role, string Name, TimeSpan? Lifetime);
