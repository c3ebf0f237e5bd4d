using BatchLLM.Access;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.Access;

/// <summary>Who asks.</summary>
/// <param name="Tenant">Whose jobs it makes.</param>
/// <param name="Role">What it may do.</param>
internal sealed record Caller(string Tenant, AccessRole Role)
{
    /// <summary>Everyone, where no keys are needed.</summary>
    public static Caller Anyone { get; } = new(JobSubmission.DefaultTenant, AccessRole.Admin);

    /// <summary>Whose jobs it sees; null for everyone's.</summary>
    public string? Sees => Role == AccessRole.Admin ? null : Tenant;
}
