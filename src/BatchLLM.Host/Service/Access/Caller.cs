namespace BatchLLM.Host.Service.Access;

/// <summary>Who asks.</summary>
/// <param name="Tenant">Whose jobs it sees and makes.</param>
internal sealed record Caller(string Tenant);
